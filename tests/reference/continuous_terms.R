# Splines and polynomials, without and with a design, and the average marginal effect of a splined variable.
# Rscript continuous_terms.R [output.json]

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({
  library(survey)
  library(splines)
})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R")) source(file.path(here, file))
births <- transform(read.csv(file.path(here, "data", "birthwt.csv")), race = factor(race))
schools <- transform(read.csv(file.path(here, "data", "apiclus1.csv")), y = as.numeric(sch.wide == "Yes"))
strata <- transform(read.csv(file.path(here, "data", "apistrat.csv")), y = as.numeric(sch.wide == "Yes"))

# ---- without a design: glm taken to its own fixed point ---------------------------------------------------------------

add_plain <- function(formula) {
  fit <- eval(bquote(glm(.(formula), binomial, births, control = tight)))
  fit <- eval(bquote(glm(.(formula), binomial, births, control = tight, start = .(unname(coef(fit))))))
  for (j in seq_along(coef(fit))) {
    record(set = "plain", case = "birthwt", formula = deparse1(formula), coefficient = names(coef(fit))[j],
           estimate = coef(fit)[[j]], se = sqrt(diag(vcov(fit)))[[j]], n = length(fit$y))
  }
}
add_plain(low ~ smoke + poly(age, 2))
add_plain(low ~ smoke + poly(lwt, 3))
add_plain(low ~ smoke + bs(age, df = 5, degree = 2))
add_plain(low ~ smoke + bs(lwt, knots = c(110, 130)))
add_plain(low ~ smoke + ns(age, knots = c(20, 25)))
add_plain(low ~ smoke + ns(lwt, df = 1))
add_plain(low ~ smoke * ns(age, df = 2))

# ---- with a design ------------------------------------------------------------------------------------------------------

# Marginal effect: mean of p (1 - p) times the slope of the linear predictor. The basis is a cubic on either side of any
# point, so Richardson's rule on two central differences gives its slope exactly, at knots too.
basis_slope <- function(basis, x) {
  d <- function(h) (predict(basis, x + h) - predict(basis, x - h)) / (2 * h)
  (4 * d(5e-4) - d(1e-3)) / 3
}
add_survey <- function(case, design, type, df) {
  x <- design$variables$meals
  basis <- ns(x, df = df)
  design <- update(design, b = basis)
  fit <- fit_logit(y ~ ell + b, design)
  for (j in seq_along(coef(fit))) {
    record(set = "survey", case = case, formula = sprintf("y ~ ell + ns(meals, df = %d)", df), coefficient = j,
           estimate = coef(fit)[[j]], se = SE(fit)[[j]], n = length(fit$y), design_df = degf(design))
  }
  slope <- basis_slope(basis, x)
  mm <- model.matrix(fit)
  turned <- cbind(0, 0, slope)
  w <- weights(design, "sampling")
  effect <- function(w) {
    m <- newton_logit(mm[w > 0, ], fit$y[w > 0], w[w > 0], coef(fit))
    mu <- as.vector(plogis(mm %*% m$b))
    sum(w * mu * (1 - mu) * as.vector(turned %*% m$b)) / sum(w)
  }
  m <- newton_logit(mm, fit$y, w, coef(fit))
  v <- m$mu * (1 - m$mu)
  steep <- as.vector(turned %*% m$b)
  gradient <- colSums(w * v * (1 - 2 * m$mu) * steep * mm) / sum(w) + colSums(w * v * turned) / sum(w)
  delta <- ((mm * (w * (fit$y - m$mu))) %*% m$inverse) %*% gradient
  value <- effect(w)
  se <- function(z) sqrt(as.vector(influence_vcov(z, design)))
  jack <- jackknife(as.svrepdesign(design, type = type), function(w, data) effect(w))
  record(set = "marginal_effect", case = case, formula = sprintf("y ~ ell + ns(meals, df = %d)", df), variable = "meals",
         estimate = value, se = se(delta + w * (v * steep - value) / sum(w)), se_conditional = se(delta), se_jackknife = jack$se[1])
}
clustered <- svydesign(id = ~dnum, weights = ~pw, data = schools)
stratified <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strata)
for (df in 2:3) {
  add_survey("apistrat, strata, no fpc", stratified, "JKn", df)
  add_survey("apiclus1, clusters, no fpc", clustered, "JK1", df)
}
write_records(c("survey", "splines"), "Data in data/. y is sch.wide Yes; low of birthwt.")
