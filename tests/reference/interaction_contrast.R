# Interaction contrast of four prevalences under a design: survey `svyby` with covariances, and `svycontrast`.
# Rscript interaction_contrast.R [output.json]

suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "helpers.R"))

read_data <- function(name) within(read.csv(file.path(here, "data", name)), {
  y <- as.numeric(sch.wide == "Yes")
  met <- as.numeric(comp.imp == "Yes")
  high <- as.numeric(meals > 50)
  no_ell <- as.numeric(ell == 0)
})
strat <- read_data("apistrat.csv")
nhanes <- within(read.csv(file.path(here, "data", "nhanes_2009_2010.csv.xz")), {
  older <- as.numeric(agecat %in% c("(59,Inf]", "60+"))
  female <- as.numeric(RIAGENDR == 2)
})
stopifnot(any(nhanes$older == 1))
whole <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
designs <- list(
  dstrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat, fpc = ~fpc),
  nhanes = subset(whole, !is.na(HI_CHOL)))
cases <- list(dstrat = c("met", "high", "y"), nhanes = c("HI_CHOL", "older", "female"))

for (name in names(designs)) {
  case <- cases[[name]]
  means <- svyby(reformulate(case[1]), reformulate(case[2:3]), designs[[name]], svymean, covmat = TRUE)
  shares <- as.data.frame(means)
  sign <- ifelse(shares[[case[2]]] == shares[[case[3]]], 1, -1)
  contrast <- svycontrast(means, setNames(sign, names(coef(means))))
  record(set = "contrast", design = name, outcome = case[1], first = case[2], second = case[3],
         estimate = as.numeric(coef(contrast)), std_error = as.numeric(SE(contrast)))
}

write_records("survey", "svyby with covmat, svycontrast with signs + - - +")
