# Multinomial and ordinal models: standardised prevalence of each outcome level, its contrasts, marginal effects, Wald
# tests of terms. Rscript categorical_effects.R [output.json]

suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R", "categorical_newton.R")) source(file.path(here, file))
read_data <- function(name) read.csv(file.path(here, "data", name))

# Shares of each level at complex coefficients, and their derivative in a variable that enters as x + t v.
shares <- function(kind, x, b) {
  if (kind == "multinomial") {
    odds <- cbind(1, exp(x %*% matrix(b, ncol(x))))
    return(odds / rowSums(odds))
  }
  m <- ncol(x)
  eta <- as.vector(x %*% b[seq_len(m)])
  cumulative <- vapply(b[-seq_len(m)], function(cut) 1 / (1 + exp(-(cut - eta))), complex(length(eta)))
  cbind(cumulative, 1) - cbind(0, cumulative)
}
share_slopes <- function(kind, x, t, b) {
  if (kind == "multinomial") {
    p <- shares(kind, x, b)
    s <- cbind(0, t %*% matrix(b, ncol(x)))
    return(p * (s - rowSums(p * s)))
  }
  m <- ncol(x)
  eta <- as.vector(x %*% b[seq_len(m)])
  density <- vapply(b[-seq_len(m)], function(cut) { F <- 1 / (1 + exp(-(cut - eta))); F * (1 - F) }, complex(length(eta)))
  -as.vector(t %*% b[seq_len(m)]) * (cbind(density, 0) - cbind(0, density))
}

# Means over people of what `each` gives, with errors that take the covariates as sampled and as fixed.
averaged <- function(each, fit, influence, w, variance) {
  step <- 1e-30
  share <- w / sum(w)
  values <- Re(each(fit$b + 0i))
  means <- colSums(share * values)
  slopes <- vapply(seq_along(fit$b), function(j) {
    colSums(share * Im(each(fit$b + complex(imaginary = step * (seq_along(fit$b) == j))))) / step
  }, means)
  apart <- t(t(values) - means) * share
  list(means = means, sampled = variance(influence %*% t(slopes), apart), fixed = variance(influence %*% t(slopes), NULL))
}

say_averages <- function(about, labels, found, jack) {
  for (i in seq_along(found$means)) {
    do.call(record, c(about, labels[[i]], list(estimate = found$means[[i]], se = sqrt(found$sampled[i, i]),
      se_conditional = sqrt(found$fixed[i, i]), se_jackknife = if (is.null(jack)) NA else jack$se[i])))
  }
}

# Standardised shares at two values of a variable with the differences of each level's shares; or marginal effects.
add_effects <- function(case, kind, formula, design, type, variable, values, terms) {
  data <- design$variables
  y <- as.integer(data[[all.vars(formula)[1]]])
  levels <- levels(data[[all.vars(formula)[1]]])
  rows <- function(data) {
    x <- model.matrix(delete.response(terms(formula)), data)
    if (kind == "ordinal") x[, -1, drop = FALSE] else x
  }
  x <- rows(data)
  w <- weights(design, "sampling")
  fit <- fit_kind(kind, x, y, w / mean(w))
  fit <- fit_kind(kind, x, y, w, fit$b)
  inverse <- solve(fit$information)
  influence <- fit$gradient %*% inverse
  variance <- function(coefficients, apart) influence_vcov(if (is.null(apart)) coefficients else coefficients + apart, design)
  about <- list(case = case, kind = kind, formula = deparse1(formula), variable = variable)
  set_to <- function(value) {
    data[[variable]] <- if (is.factor(data[[variable]])) factor(value, levels = base::levels(data[[variable]])) else value
    rows(data)
  }
  if (is.null(values)) {
    turned <- x * 0
    turned[, variable] <- 1
    each <- function(b) share_slopes(kind, x, turned, b)
    labels <- lapply(levels, function(l) list(set = "marginal_effect", outcome_level = l, level = ""))
  } else {
    at <- lapply(values, set_to)
    each <- function(b) do.call(cbind, lapply(at, function(x) shares(kind, x, b)))
    labels <- unlist(lapply(values, function(v) lapply(levels, function(l) {
      list(set = "prevalence", outcome_level = l, level = as.character(v))
    })), recursive = FALSE)
  }
  found <- averaged(each, fit, influence, w, variance)
  jack <- jackknife(as.svrepdesign(design, type = type), function(w, data) {
    b <- fit_kind(kind, x[w > 0, , drop = FALSE], y[w > 0], w[w > 0] / mean(w), fit$b)$b
    colSums(w / sum(w) * Re(each(b + 0i)))
  })
  say_averages(about, labels, found, jack)
  if (!is.null(values)) {
    k <- length(levels)
    for (j in seq_len(k)) {
      for (measure in c("prevalence_difference", "prevalence_ratio")) {
        g <- rep(0, 2 * k)
        m <- found$means[c(j, k + j)]
        g[c(j, k + j)] <- if (measure == "prevalence_ratio") c(-1, 1) / m else c(-1, 1)
        value <- if (measure == "prevalence_ratio") log(m[2] / m[1]) else m[2] - m[1]
        do.call(record, c(about, list(set = measure, outcome_level = levels[j], level = as.character(values[2]), estimate = value,
          se = sqrt(as.vector(g %*% found$sampled %*% g)), se_conditional = sqrt(as.vector(g %*% found$fixed %*% g)))))
      }
    }
  }
  covariance <- influence_vcov(influence, design)
  for (term in terms) {
    index <- which(rep(startsWith(colnames(x), term), length.out = length(fit$b)) & seq_along(fit$b) <= ncol(x) * if (kind == "multinomial") length(levels) - 1 else 1)
    f <- as.vector(fit$b[index] %*% solve(covariance[index, index], fit$b[index])) / length(index)
    record(set = "term_test", case = case, kind = kind, formula = deparse1(formula), term = term, statistic = f,
           df_num = length(index), df_den = degf(design), p_value = pf(f, length(index), degf(design), lower.tail = FALSE))
  }
}

graded <- function(file) {
  transform(read_data(file), grade = cut(api00, c(0, 580, 720, 1000), labels = c("low", "middle", "high")))
}
stratified <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = graded("apistrat.csv"))
clustered <- svydesign(id = ~dnum, weights = ~pw, data = graded("apiclus1.csv"))
adults <- transform(subset(read_data("nhanes_2009_2010.csv.xz"), agecat != "0-19" & !is.na(HI_CHOL)),
                    age = factor(agecat, levels = c("20-39", "40-59", "60+")), high = HI_CHOL,
                    female = as.numeric(RIAGENDR == 2), race = factor(race))
people <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = adults)
for (kind in c("multinomial", "ordinal")) {
  add_effects("apistrat, strata, no fpc", kind, grade ~ ell + mobility, stratified, "JKn", "ell", NULL, c("ell", "mobility"))
  add_effects("apiclus1, clusters, no fpc", kind, grade ~ ell + mobility, clustered, "JK1", "ell", c(10, 40), c("ell", "mobility"))
  add_effects("nhanes, agecat not 0-19", kind, age ~ high + female + race, people, "JKn", "high", c(0, 1), c("high", "race"))
}

write_records("survey", "shares sum to 1 at each value; ratios are logarithms; the jackknife centres at its mean")
