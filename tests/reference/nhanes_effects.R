# NHANES 1999-2004: effect measures that no package gives with a design. Each estimate is a function of weighted sums;
# its error comes from influence values written out here (se) and from a jackknife that knows nothing of them (se_jkn).
# COMORBID_DATA=<folder> Rscript nhanes_effects.R [output.json]

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R", "nhanes_data.R")) source(file.path(here, file))

# Number of conditions, for people with all four known; for the trend, the three beside migraine.
yes <- sapply(conditions, function(v) as.numeric(people[[v]] == "yes"))
people$n_conditions <- rowSums(yes)
people$n_others <- rowSums(yes[, -1])
people$n_others_level <- factor(people$n_others, levels = 0:3)

interview <- svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~w6, nest = TRUE, data = people)
complete <- function(variables, design = interview) subset(design, complete.cases(design$variables[variables]))
is_yes <- function(design, v) as.numeric(design$variables[[v]] == "yes")
jkn <- function(design) as.svrepdesign(design, type = "JKn")
se_of <- function(influence, design) sqrt(diag(as.matrix(influence_vcov(influence, design))))

# Coefficients' influence values: score times inverse information.
coefficient_influence <- function(x, y, w, fit) (x * (w * (y - fit$mu))) %*% fit$inverse

# ---- observed over expected, adjusted for covariates ---------------------------------------------------------------

# Expected share from two logistic models on the same covariates, independent given them: sum(w pa pb) / sum(w).
add_adjusted_oe <- function(a, b, covariates) {
  d <- complete(c(a, b, covariates))
  x <- model.matrix(reformulate(covariates), d$variables)
  ya <- is_yes(d, a)
  yb <- is_yes(d, b)
  w <- weights(d, "sampling")
  fa <- newton_logit(x, ya, w)
  fb <- newton_logit(x, yb, w)
  observed <- sum(w * ya * yb)
  expected <- sum(w * fa$mu * fb$mu)
  da <- colSums(w * fb$mu * fa$mu * (1 - fa$mu) * x)
  db <- colSums(w * fa$mu * fb$mu * (1 - fb$mu) * x)
  moving <- w * fa$mu * fb$mu + coefficient_influence(x, ya, w, fa) %*% da + coefficient_influence(x, yb, w, fb) %*% db
  influence <- w * ya * yb / observed - moving / expected
  fixed <- w * ya * yb / observed - w * fa$mu * fb$mu / expected
  theta <- function(w, data) {
    k <- w > 0
    pa <- newton_logit(x[k, ], ya[k], w[k])$mu
    pb <- newton_logit(x[k, ], yb[k], w[k])$mu
    log(sum(w * ya * yb) / sum(w[k] * pa * pb))
  }
  jack <- jackknife(jkn(d), theta)
  record(set = "adjusted_observed_expected", a = a, b = b, covariates = paste(covariates, collapse = " + "),
         measure = "log_observed_expected", estimate = log(observed / expected), se = se_of(influence, d)[1],
         se_models_fixed = se_of(fixed, d)[1], se_jkn = jack$se, se_jkn_mse = jack$se_mse, observed = observed / sum(w),
         expected = expected / sum(w), n = nrow(x), df = degf(d))
}
for (pair in pairs) add_adjusted_oe(pair[1], pair[2], c("age_band", "sex"))
add_adjusted_oe("migraine", "low_back_pain", c("age_band", "sex", "education", "smoking"))
add_adjusted_oe("migraine", "fibromyalgia", c("age", "sex"))

# ---- direct standardisation by age -------------------------------------------------------------------------------

# US population of 2000 in thousands (Census P25-1130), for the cohort's four age bands.
us2000 <- c("20-34" = 55490, "35-49" = 64465, "50-64" = 41185, "65+" = 34710)
standard_influence <- function(y, age, w, share) {
  mean_k <- tapply(w * y, age, sum) / tapply(w, age, sum)
  list(value = sum(share * mean_k), influence = as.vector(w * share[age] / tapply(w, age, sum)[age] * (y - mean_k[age])))
}
add_standardised <- function(label, keep, a, b) {
  d <- eval(bquote(subset(interview, .(keep))))
  d <- complete(c(a, b), d)
  age <- as.character(d$variables$age_band)
  share <- us2000 / sum(us2000)
  w <- weights(d, "sampling")
  ya <- is_yes(d, a)
  yb <- is_yes(d, b)
  parts <- lapply(list(ya, yb, ya * yb), standard_influence, age = age, w = w, share = share)
  theta <- function(w, data) {
    p <- sapply(list(ya, yb, ya * yb), function(y) standard_influence(y, age, w, share)$value)
    c(p, log(p[3] / (p[1] * p[2])))
  }
  p <- sapply(parts, `[[`, "value")
  influence <- sapply(parts, `[[`, "influence")
  influence <- cbind(influence, influence %*% c(-1 / p[1], -1 / p[2], 1 / p[3]))
  jack <- jackknife(jkn(d), theta)
  se <- se_of(influence, d)
  measures <- c("prevalence_a", "prevalence_b", "prevalence_both", "log_observed_expected")
  for (i in 1:4) {
    record(set = "age_standardised", level = label, a = a, b = b, measure = measures[i], estimate = theta(w)[i], se = se[i],
           se_jkn = jack$se[i], se_jkn_mse = jack$se_mse[i], standard = I(unname(us2000)), bands = I(names(us2000)), n = length(w))
  }
}
for (pair in pairs) add_standardised("all", quote(age >= 20), pair[1], pair[2])
add_standardised("male", quote(sex == "male"), "migraine", "low_back_pain")
add_standardised("female", quote(sex == "female"), "migraine", "low_back_pain")

source(file.path(here, "nhanes_effects_models.R"))
write_records("survey", "Interview weight w6. se: linearised, written out here; se_jkn: stratified jackknife of the survey package.")
