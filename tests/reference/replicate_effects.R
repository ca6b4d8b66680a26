# What is asked of a logistic model, and combinations of conditions, estimated anew in each replicate.
# Rscript replicate_effects.R [output.json]

suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R")) source(file.path(here, file))
read_data <- function(name) read.csv(file.path(here, "data", name))

add_measures <- function(case, what, replicates, theta) {
  jack <- jackknife(replicates, theta)
  names <- names(theta(weights(replicates, "sampling"), replicates$variables))
  for (i in seq_along(names)) {
    record(set = what, case = case, measure = names[i], estimate = jack$estimate[i], se = jack$se[i], se_mse = jack$se_mse[i])
  }
}

# Everybody at each level of sex: prevalences, their contrasts, the fraction above that of men; three log odds ratios
# of sex and age against neither, and what they make.
effects <- function(formula) {
  function(w, data) {
    x <- model.matrix(formula, data)
    b <- newton_logit(x[w > 0, ], data$HI_CHOL[w > 0], w[w > 0])$b
    at <- function(level) {
      everybody <- transform(data, RIAGENDR = factor(level, levels = c("1", "2")))
      sum(w * plogis(as.vector(model.matrix(formula, everybody) %*% b))) / sum(w)
    }
    m <- c(at("1"), at("2"))
    names(b) <- colnames(x)
    l <- c(b[["RIAGENDR2"]], b[["older1"]], b[["RIAGENDR2"]] + b[["older1"]] + b[["RIAGENDR2:older1"]])
    r <- exp(l)
    observed <- sum(w * data$HI_CHOL) / sum(w)
    c(prevalence_1 = m[1], prevalence_2 = m[2], prevalence_ratio = log(m[2] / m[1]), prevalence_difference = m[2] - m[1],
      odds_ratio = qlogis(m[2]) - qlogis(m[1]), log_rest = log(m[1] / observed), ratio_of_odds_ratios = l[3] - l[1] - l[2],
      reri = r[3] - r[1] - r[2] + 1, attributable_proportion = (r[3] - r[1] - r[2] + 1) / r[3],
      log_rest_of_both = log((r[1] + r[2] - 1) / r[3]))
  }
}

# Observed share, share expected under independence, and the log of their ratio, of each combination of two.
combined <- function(w, data) {
  share <- function(y) sum(w * y) / sum(w)
  a <- data$HI_CHOL
  b <- as.numeric(data$older == 1)
  observed <- c(none = share((1 - a) * (1 - b)), HI_CHOL = share(a * (1 - b)), older = share((1 - a) * b), both = share(a * b))
  p <- share(a)
  q <- share(b)
  expected <- c((1 - p) * (1 - q), p * (1 - q), (1 - p) * q, p * q)
  found <- c(observed, expected, log(observed / expected))
  names(found) <- paste(rep(c("prevalence", "expected_prevalence", "observed_expected"), each = 4), names(observed))
  found
}

nhanes <- transform(read_data("nhanes_2009_2010.csv.xz"), race = factor(race), RIAGENDR = factor(RIAGENDR),
                    older = factor(as.numeric(agecat == "60+")))
nhanes <- nhanes[!is.na(nhanes$HI_CHOL), ]
two <- names(which(tapply(nhanes$SDMVPSU, nhanes$SDMVSTRA, function(p) length(unique(p))) == 2))
paired <- nhanes[nhanes$SDMVSTRA %in% two, ]
factors <- read_data("factors_brr.csv")
row <- match(paste(paired$SDMVSTRA, paired$SDMVPSU), paste(factors$SDMVSTRA, factors$SDMVPSU))
designs <- list(
  nhanes = as.svrepdesign(svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes), type = "JKn"),
  BRR = svrepdesign(data = paired, weights = ~WTMEC2YR, repweights = as.matrix(factors[row, grep("^r", names(factors))]),
                    combined.weights = FALSE, type = "BRR")
)
for (name in names(designs)) {
  add_measures(name, "effects", designs[[name]], effects(HI_CHOL ~ RIAGENDR * older + race))
  add_measures(name, "combinations", designs[[name]], combined)
}

schools <- transform(read_data("apiclus1.csv"), y = as.numeric(sch.wide == "Yes"))
add_measures("dclus1_no_fpc", "marginal_effect", as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = schools), type = "JK1"),
             function(w, data) {
  x <- model.matrix(~ ell + meals, data)
  fit <- newton_logit(x[w > 0, ], data$y[w > 0], w[w > 0])
  p <- plogis(as.vector(x %*% fit$b))
  c(ell = sum(w * p * (1 - p)) * fit$b[2] / sum(w))
})

write_records("survey", "se centres the replicates at their mean, se_mse at the estimate; ratios and rests are logarithms")
