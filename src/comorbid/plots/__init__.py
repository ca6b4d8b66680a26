"""Figures for result frames: frames in, axes or a figure out, in one house style."""

from comorbid.plots.alt import alt_text
from comorbid.plots.curve import curve_plot
from comorbid.plots.figure import Figure
from comorbid.plots.forest import forest_plot
from comorbid.plots.funnel import funnel_plot
from comorbid.plots.heatmap import cooccurrence_heatmap
from comorbid.plots.precision import precision_plot
from comorbid.plots.profile import profile_plot
from comorbid.plots.style import house_style
from comorbid.plots.tally import tally_plot
from comorbid.plots.upset import upset_plot

__all__ = [
    "Figure",
    "alt_text",
    "cooccurrence_heatmap",
    "curve_plot",
    "forest_plot",
    "funnel_plot",
    "house_style",
    "precision_plot",
    "profile_plot",
    "tally_plot",
    "upset_plot",
]
