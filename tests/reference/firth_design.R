# Firth's method under a design: estimate, infinitesimal jackknife (the derivative of the estimate in every person's
# weight, the penalty's part included) and delete-one jackknife. Weights are scaled to mean 1 by the whole sample's
# constant. Rscript firth_design.R [output.json]

suppressPackageStartupMessages({
  library(survey)
  library(brglm2)
})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R", "firth.R")) source(file.path(here, file))
read_data <- function(name) read.csv(file.path(here, "data", name))

# The penalised score at complex coefficients and weights.
complex_score <- function(x, y, w, b) {
  mu <- as.vector(1 / (1 + exp(-(x %*% b))))
  v <- mu * (1 - mu)
  inverse <- solve(t(x) %*% (x * (w * v)))
  leverage <- v * rowSums((x %*% inverse) * x)
  as.vector(t(x) %*% (w * (y - mu + leverage * (0.5 - mu))))
}

# Derivatives by a step along the imaginary axis: no difference is taken, so no digit is lost.
step <- 1e-30
firth_influence <- function(x, y, w, b) {
  bend <- vapply(seq_along(b), function(j) {
    Im(complex_score(x, y, w + 0i, b + complex(imaginary = step * (seq_along(b) == j)))) / step
  }, numeric(length(b)))
  pull <- vapply(seq_along(y), function(i) {
    near <- w + 0i
    near[i] <- near[i] + complex(imaginary = step)
    Im(complex_score(x, y, near, b + 0i)) / step
  }, numeric(length(b)))
  t(solve(-bend, pull))
}

# People with the same row, outcome and weight have the same influence.
by_kind <- function(x, y, w, b) {
  kind <- paste(apply(x, 1, paste, collapse = " "), y)
  first <- match(unique(kind), kind)
  total <- as.vector(rowsum(w, match(kind, kind[first])))
  firth_influence(x[first, ], y[first], total, b)[match(kind, kind[first]), ]
}

add_weighted_firth <- function(case, formula, design, type) {
  x <- model.matrix(formula, design$variables)
  y <- design$variables[[all.vars(formula)[1]]]
  w <- weights(design, "sampling")
  scale <- 1 / mean(w)
  own <- firth_fit(x, y, w * scale)
  package <- suppressWarnings(glm(formula, binomial, cbind(design$variables, .w = w * scale), weights = .w,
                                  method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 5000))
  stopifnot(max(abs(own$b - coef(package))) < 1e-8)
  jack <- jackknife(as.svrepdesign(design, type = type), function(w, data) {
    firth_fit(x[w > 0, ], y[w > 0], w[w > 0] * scale, start = own$b)$b
  })
  se <- sqrt(diag(influence_vcov(by_kind(x, y, w * scale, own$b) * (w * scale), design)))
  for (j in seq_along(own$b)) {
    record(set = "firth_weighted", case = case, formula = deparse1(formula), coefficient = colnames(x)[j],
           estimate = own$b[j], se_model = own$se[j], se_infinitesimal_jackknife = se[[j]], se_jackknife = jack$se[j],
           se_jackknife_mse = jack$se_mse[j], brglm2 = coef(package)[[j]], n = length(y))
  }
}

strat <- transform(read_data("apistrat.csv"), y = as.numeric(sch.wide == "Yes"))
clus1 <- transform(read_data("apiclus1.csv"), y = as.numeric(sch.wide == "Yes"))
nhanes <- transform(read_data("nhanes_2009_2010.csv.xz"), race = factor(race), RIAGENDR = factor(RIAGENDR))
add_weighted_firth("apistrat, strata, no fpc", y ~ ell + meals,
                   svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat), "JKn")
add_weighted_firth("apiclus1, clusters, no fpc", y ~ ell + meals, svydesign(id = ~dnum, weights = ~pw, data = clus1), "JK1")
sample <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
add_weighted_firth("nhanes", HI_CHOL ~ race + agecat + RIAGENDR, subset(sample, !is.na(HI_CHOL)), "JKn")

write_records(c("survey", "brglm2"), "weights of mean 1; jackknife centred at the replicates' mean, and at the estimate (mse)")
