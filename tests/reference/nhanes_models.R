# The models of nhanes_1999_2004.R, which sources this file after its designs and domains.

women50 <- domains[[4]]
men <- domains[[2]]
women <- domains[[3]]
# id, outcome, exposure, adjustment, domain, design
catalogue <- list(
  list("m01", "migraine", "low_back_pain", c("age_band", "sex"), everyone, "interview"),
  list("m02", "migraine", "low_back_pain", c("age_band", "sex", "education", "smoking"), everyone, "interview"),
  list("m03", "low_back_pain", "migraine", c("age_band", "sex"), everyone, "interview"),
  list("m04", "neck_pain", "migraine", c("age_band", "sex"), everyone, "interview"),
  list("m05", "fibromyalgia", "migraine", c("age_band", "sex"), everyone, "interview"),
  list("m06", "fibromyalgia", "migraine", c("age_band", "sex", "education", "smoking"), everyone, "interview"),
  list("m07", "fibromyalgia", "low_back_pain", c("age_band", "sex"), everyone, "interview"),
  list("m08", "migraine", "low_back_pain", c("age", "sex"), everyone, "interview"),
  list("m09", "neck_pain", "low_back_pain", c("age", "sex", "cycle"), everyone, "interview"),
  list("m10", "migraine", "low_back_pain", c("sex", "age_band", "low_back_pain:sex"), everyone, "interview"),
  list("m11", "migraine", "low_back_pain", "age_band", men, "interview"),
  list("m12", "migraine", "low_back_pain", "age_band", women, "interview"),
  list("m13", "migraine", "low_back_pain", "age", women50, "interview"),
  list("m14", "fibromyalgia", "migraine", c("age", "smoking"), women50, "interview"),
  list("m15", "fibromyalgia_F", "low_back_pain", c("age_band", "sex"), everyone, "interview"),
  list("m16", "fibromyalgia_F", "migraine", c("age_band", "sex"), everyone, "interview"),
  list("m17", "migraine", "low_back_pain", c("age_band", "sex", "bmi_class"), everyone, "examined"),
  list("m18", "low_back_pain", "migraine", c("age", "sex", "bmi"), everyone, "examined"),
  list("m19", "migraine", "low_back_pain", c("neck_pain", "fibromyalgia", "age_band", "sex"), everyone, "interview"),
  list("m20", "migraine", "smoking", c("age_band", "sex"), everyone, "interview")
)
shown_vcov <- c("m01", "m10")
standardised <- c("m01", "m06", "m12", "m17")

model_formula <- function(outcome, terms) {
  as.formula(paste0("I(", outcome, " == \"yes\") ~ ", paste(terms, collapse = " + ")), env = globalenv())
}

add_model <- function(id, name, kind, formula, d, about) {
  fit <- fit_logit(formula, d)
  off <- newton_check(fit)
  stopifnot(off["se"] < 1e-8, off["coef"] < 1e-8)
  head <- list(set = "model", model = id, kind = kind, outcome = about$outcome, exposure = about$exposure,
               formula = paste(about$outcome, "~", paste(about$terms[[kind]], collapse = " + ")),
               by = about$domain$by, level = about$domain$level, design = name, n = nrow(fit$survey.design$variables),
               events = sum(fit$y), design_df = degf(fit$survey.design), residual_df = fit$df.residual,
               converged = fit$converged, refits = fit$refits, se_change = fit$se_change,
               newton_coef_difference = off[["coef"]], newton_se_difference = off[["se"]])
  do.call(record, head)
  labels <- term_levels(fit)
  for (i in seq_along(coef(fit))) {
    record(set = "coefficient", model = id, kind = kind, outcome = about$outcome, exposure = about$exposure,
           coefficient = names(coef(fit))[i], term = labels$term[i], term_level = labels$level[i],
           measure = "log_odds", estimate = coef(fit)[[i]], se = SE(fit)[[i]])
  }
  if (id %in% shown_vcov && kind == "adjusted") {
    v <- vcov(fit)
    for (i in seq_len(nrow(v))) for (j in seq_len(i)) {
      record(set = "vcov", model = id, kind = kind, row = rownames(v)[i], column = colnames(v)[j], value = v[i, j])
    }
  }
  for (term in attr(terms(fit), "term.labels")) for (test in term_tests(fit, term, lrt = kind == "adjusted")) {
    do.call(record, c(list(set = "term_test", model = id, kind = kind), test))
  }
  fit
}

# Standardised prevalence with everyone exposed and no one exposed, averaged over the model's own people.
standardise <- function(x, x1, x0, y, w) {
  fit <- newton_logit(x, y, w)
  mu1 <- as.vector(plogis(x1 %*% fit$b))
  mu0 <- as.vector(plogis(x0 %*% fit$b))
  list(fit = fit, mu = cbind(mu1, mu0), p = c(sum(w * mu1), sum(w * mu0)) / sum(w))
}
effects_of <- function(p) {
  c(prevalence_yes = p[1], prevalence_no = p[2], prevalence_difference = p[1] - p[2],
    log_prevalence_ratio = log(p[1] / p[2]), log_marginal_odds_ratio = qlogis(p[1]) - qlogis(p[2]))
}
effect_jacobian <- function(p) {
  rbind(c(1, 0), c(0, 1), c(1, -1), c(1 / p[1], -1 / p[2]), c(1 / (p[1] * (1 - p[1])), -1 / (p[2] * (1 - p[2]))))
}

add_standardised <- function(id, fit, about) {
  d <- fit$survey.design
  set_to <- function(level) {
    data <- d$variables
    data[[about$exposure]] <- factor(level, levels = c("no", "yes"))
    model.matrix(delete.response(terms(fit)), data, xlev = fit$xlevels)
  }
  x <- model.matrix(fit)
  x1 <- set_to("yes")
  x0 <- set_to("no")
  y <- as.numeric(fit$y)
  w <- weights(d, "sampling")
  s <- standardise(x, x1, x0, y, w)
  slope <- rbind(colSums(w * s$mu[, 1] * (1 - s$mu[, 1]) * x1), colSums(w * s$mu[, 2] * (1 - s$mu[, 2]) * x0)) / sum(w)
  coefficient_part <- ((x * (w * (y - s$fit$mu))) %*% s$fit$inverse) %*% t(slope)
  covariate_part <- sweep(s$mu, 2, s$p) * w / sum(w)
  jacobian <- effect_jacobian(s$p)
  se_from <- function(influence) sqrt(diag(jacobian %*% influence_vcov(influence, d) %*% t(jacobian)))
  full <- se_from(coefficient_part + covariate_part)
  delta <- se_from(coefficient_part)
  rep_design <- as.svrepdesign(d, type = "JKn")
  jack <- jackknife(rep_design, function(w, data) {
    keep <- w > 0
    effects_of(standardise(x[keep, ], x1[keep, ], x0[keep, ], y[keep], w[keep])$p)
  })
  value <- effects_of(s$p)
  stopifnot(max(abs(jack$estimate - value)) < 1e-12)
  for (i in seq_along(value)) {
    record(set = "standardised", model = id, outcome = about$outcome, exposure = about$exposure, measure = names(value)[i],
           estimate = value[[i]], se = full[i], se_conditional = delta[i], se_jkn = jack$se[i],
           se_jkn_mse = jack$se_mse[i])
  }
}

for (row in catalogue) {
  names(row) <- c("id", "outcome", "exposure", "covariates", "domain", "design")
  row$terms <- list(crude = row$exposure, adjusted = c(row$exposure, row$covariates))
  d <- in_domain(designs[[row$design]], row$domain)
  d <- subset(d, complete.cases(d$variables[all.vars(model_formula(row$outcome, row$terms$adjusted))]))
  add_model(row$id, row$design, "crude", model_formula(row$outcome, row$terms$crude), d, row)
  fit <- add_model(row$id, row$design, "adjusted", model_formula(row$outcome, row$terms$adjusted), d, row)
  if (row$id %in% standardised) add_standardised(row$id, fit, row)
}
