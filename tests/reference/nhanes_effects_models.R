# Model-based effects; sourced by nhanes_effects.R.

model_parts <- function(d, outcome, terms) {
  x <- model.matrix(reformulate(terms), d$variables)
  y <- is_yes(d, outcome)
  w <- weights(d, "sampling")
  fit <- newton_logit(x, y, w)
  list(x = x, y = y, w = w, fit = fit, influence = coefficient_influence(x, y, w, fit))
}
refit <- function(m, w) newton_logit(m$x[w > 0, ], m$y[w > 0], w[w > 0], m$fit$b)

# ---- interaction on the additive scale ------------------------------------------------------------------------------

add_additive <- function(outcome, first, second, covariates) {
  d <- complete(c(outcome, first, second, covariates))
  m <- model_parts(d, outcome, c(paste0(first, " * ", second), covariates))
  at <- match(c(paste0(first, "yes"), paste0(second, "yes"), paste0(first, "yes:", second, "yes")), colnames(m$x))
  measures <- function(b) {
    r <- exp(c(b[1], b[2], sum(b)))
    c(reri = r[3] - r[1] - r[2] + 1, attributable_proportion = (r[3] - r[1] - r[2] + 1) / r[3],
      log_synergy_index = log((r[3] - 1) / (r[1] + r[2] - 2)))
  }
  b <- m$fit$b[at]
  v <- influence_vcov(m$influence[, at], d)
  r <- exp(c(b[1], b[2], sum(b)))
  reri <- c(r[3] - r[1], r[3] - r[2], r[3])
  value <- measures(b)
  gradient <- rbind(reri, (reri * r[3] - (value[1]) * r[3] * c(1, 1, 1)) / r[3]^2,
                    c(r[3], r[3], r[3]) / (r[3] - 1) - c(r[1], r[2], 0) / (r[1] + r[2] - 2))
  jack <- jackknife(jkn(d), function(w, data) measures(refit(m, w)$b[at]))
  for (i in 1:3) {
    record(set = "additive_interaction", outcome = outcome, first = first, second = second,
           covariates = paste(covariates, collapse = " + "), measure = names(value)[i], estimate = value[[i]],
           se = sqrt(as.vector(gradient[i, ] %*% v %*% gradient[i, ])), se_jkn = jack$se[i], se_jkn_mse = jack$se_mse[i],
           n = nrow(m$x), df = degf(d))
  }
}
add_additive("migraine", "low_back_pain", "neck_pain", c("age_band", "sex"))
add_additive("low_back_pain", "migraine", "neck_pain", c("age_band", "sex"))
add_additive("fibromyalgia_F", "migraine", "low_back_pain", c("age_band", "sex"))

# ---- population attributable fraction and average marginal effects ------------------------------------------------------

# PAF: one minus the mean predicted with no one exposed over the observed prevalence.
# Marginal effect of age: mean of p (1 - p) times its coefficient.
add_averages <- function(outcome, exposure, covariates) {
  d <- complete(c(outcome, exposure, covariates))
  m <- model_parts(d, outcome, c(exposure, covariates))
  data0 <- d$variables
  data0[[exposure]] <- factor("no", levels = c("no", "yes"))
  x0 <- model.matrix(reformulate(c(exposure, covariates)), data0)
  total <- sum(m$w)
  mu0 <- as.vector(plogis(x0 %*% m$fit$b))
  p0 <- sum(m$w * mu0) / total
  p <- sum(m$w * m$y) / total
  slope0 <- colSums(m$w * mu0 * (1 - mu0) * x0) / total
  influence0 <- m$w * (mu0 - p0) / total + as.vector(m$influence %*% slope0)
  influence1 <- m$w * (m$y - p) / total
  theta <- list(log_complement_paf = log(p0 / p), paf = 1 - p0 / p)
  influences <- cbind(influence0 / p0 - influence1 / p, -(influence0 - p0 / p * influence1) / p)
  conditional <- c(NA, NA)
  if ("age" %in% covariates) {
    j <- match("age", colnames(m$x))
    v <- m$fit$mu * (1 - m$fit$mu)
    ame <- sum(m$w * v) / total * m$fit$b[j]
    slope <- colSums(m$w * v * (1 - 2 * m$fit$mu) * m$x) / total * m$fit$b[j]
    slope[j] <- slope[j] + sum(m$w * v) / total
    delta <- as.vector(m$influence %*% slope)
    theta$marginal_effect_of_age <- ame
    influences <- cbind(influences, delta + m$w * (v * m$fit$b[j] - ame) / total)
    conditional <- c(conditional, se_of(delta, d))
  }
  jack <- jackknife(jkn(d), function(w, data) {
    fit <- refit(m, w)
    q <- sum(w * plogis(x0 %*% fit$b)) / sum(w * m$y)
    mu <- as.vector(plogis(m$x %*% fit$b))
    c(log(q), 1 - q, if ("age" %in% covariates) sum(w * mu * (1 - mu)) / sum(w) * fit$b[match("age", colnames(m$x))])
  })
  se <- se_of(influences, d)
  for (i in seq_along(theta)) {
    record(set = "averages", outcome = outcome, exposure = exposure, covariates = paste(covariates, collapse = " + "),
           measure = names(theta)[i], estimate = theta[[i]], se = se[i], se_conditional = conditional[i], se_jkn = jack$se[i],
           se_jkn_mse = jack$se_mse[i], n = nrow(m$x), df = degf(d))
  }
}
add_averages("migraine", "low_back_pain", c("age_band", "sex"))
add_averages("migraine", "low_back_pain", c("age", "sex"))
add_averages("fibromyalgia", "migraine", c("age", "sex", "education", "smoking"))

# ---- joint models ----------------------------------------------------------------------------------------------------------

# One model per condition, same covariates, each on its own complete people; the covariance of coefficients of
# different outcomes comes from influence values that are zero for people a model does not use.
joint_terms <- c("age_band", "sex")
joint <- lapply(conditions, function(outcome) {
  used <- complete.cases(people[c(outcome, joint_terms)])
  m <- model_parts(subset(interview, used), outcome, joint_terms)
  influence <- matrix(0, nrow(people), ncol(m$x), dimnames = list(NULL, paste(outcome, colnames(m$x), sep = ":")))
  influence[used, ] <- m$influence
  list(m = m, used = used, influence = influence, b = setNames(m$fit$b, colnames(influence)))
})
stacked <- do.call(cbind, lapply(joint, `[[`, "influence"))
estimates <- unlist(lapply(joint, `[[`, "b"))
v <- influence_vcov(stacked, interview)
for (i in seq_along(estimates)) {
  record(set = "joint_coefficient", coefficient = names(estimates)[i], estimate = estimates[[i]], se = sqrt(v[i, i]))
}
chosen <- grep("sexfemale", names(estimates))
for (i in chosen) for (j in chosen) if (j < i) {
  record(set = "joint_covariance", row = names(estimates)[i], column = names(estimates)[j], covariance = v[i, j],
         correlation = v[i, j] / sqrt(v[i, i] * v[j, j]), difference = estimates[[i]] - estimates[[j]],
         difference_se = sqrt(v[i, i] + v[j, j] - 2 * v[i, j]))
}
jack <- jackknife(jkn(interview), function(w, data) {
  female <- sapply(joint, function(one) {
    k <- one$used
    fit <- refit(one$m, w[k])
    fit$b[match("sexfemale", colnames(one$m$x))]
  })
  c(female[2] - female[1], female[3] - female[1], female[4] - female[1])
})
record(set = "joint_jackknife", text = "sexfemale of low_back_pain, neck_pain, fibromyalgia minus that of migraine",
       estimate = I(jack$estimate), se_jkn = I(as.vector(jack$se)))
# Is the sex coefficient the same for all four outcomes? Wald F on three contrasts, design degrees of freedom.
contrast <- cbind(-1, diag(3))
gap <- contrast %*% estimates[chosen]
wald <- as.numeric(t(gap) %*% solve(contrast %*% v[chosen, chosen] %*% t(contrast)) %*% gap)
record(set = "joint_test", text = "equal sexfemale in the four models", wald_chi_square = wald, wald_f = wald / 3, ndf = 3,
       ddf = degf(interview), p_value = pf(wald / 3, 3, degf(interview), lower.tail = FALSE))

# ---- number of conditions --------------------------------------------------------------------------------------------------

counted <- complete("n_conditions")
share <- svymean(~factor(n_conditions), counted)
for (k in 0:4) {
  record(set = "number_of_conditions", n_conditions = k, measure = "prevalence", estimate = coef(share)[[k + 1]], se = SE(share)[[k + 1]],
         n = nrow(counted$variables), events = sum(counted$variables$n_conditions == k))
}
average <- svymean(~n_conditions, counted)
record(set = "number_of_conditions", n_conditions = NA, measure = "mean", estimate = coef(average)[[1]], se = SE(average)[[1]],
       n = nrow(counted$variables), events = NA)
for (graded in c("n_others", "n_others_level")) {
  d <- complete(c("migraine", graded, "age_band", "sex"))
  fit <- fit_logit(as.formula(paste("I(migraine == \"yes\") ~", graded, "+ age_band + sex")), d)
  for (j in seq_along(coef(fit))) {
    record(set = "graded_exposure", outcome = "migraine", exposure = graded, coefficient = names(coef(fit))[j],
           estimate = coef(fit)[[j]], se = SE(fit)[[j]], n = length(fit$y), design_df = degf(d), residual_df = fit$df.residual)
  }
  for (test in term_tests(fit, graded)) do.call(record, c(list(set = "graded_test", exposure = graded), test))
}
