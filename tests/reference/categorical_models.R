# Multinomial and cumulative logit models, by Newton's method written out and compared with VGAM, MASS::polr and
# survey::svyolr; sourced by models.R.

suppressPackageStartupMessages(library(VGAM))

source(file.path(here, "categorical_newton.R"))

labels_for <- function(kind, x, levels) {
  if (kind == "multinomial") {
    return(data.frame(coefficient = rep(colnames(x), length(levels) - 1), outcome_level = rep(levels[-1], each = ncol(x))))
  }
  data.frame(coefficient = c(colnames(x), paste(levels[-length(levels)], levels[-1], sep = "|")), outcome_level = "")
}

# Expected information of VGAM for the cumulative model, observed information here: both errors are kept.
add_plain_categorical <- function(case, kind, formula, data, weights) {
  y <- as.integer(data[[all.vars(formula)[1]]])
  x <- model.matrix(formula, data)
  if (kind == "ordinal") x <- x[, -1, drop = FALSE]
  w <- data[[weights]]
  fit <- fit_kind(kind, x, y, w)
  se <- sqrt(diag(solve(fit$information)))
  data$.w <- w
  used <- data[w > 0, ]
  family <- if (kind == "multinomial") multinomial(refLevel = 1) else propodds(reverse = FALSE)
  package <- vglm(formula, family, used, weights = .w, epsilon = 1e-15, maxit = 200)
  k <- length(levels(data[[all.vars(formula)[1]]]))
  if (kind == "multinomial") {
    order <- as.vector(t(matrix(seq_len(ncol(x) * (k - 1)), k - 1)))
    sign <- 1
  } else {
    order <- c((k - 1) + seq_len(ncol(x)), seq_len(k - 1))
    sign <- c(rep(-1, ncol(x)), rep(1, k - 1))
  }
  other <- coef(package)[order] * sign
  other_se <- sqrt(diag(vcov(package)))[order]
  stopifnot(max(abs(other - fit$b)) < 1e-8)
  polr_se <- rep(NA, length(fit$b))
  if (kind == "ordinal") {
    polr <- MASS::polr(formula, used, weights = .w, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
    stopifnot(max(abs(c(coef(polr), polr$zeta) - fit$b)) < 1e-4)
    polr_se <- sqrt(diag(vcov(polr)))
  }
  names <- labels_for(kind, x, levels(data[[all.vars(formula)[1]]]))
  for (j in seq_along(fit$b)) {
    record(set = kind, case = case, design = "none", formula = deparse1(formula), coefficient = names$coefficient[j],
           outcome_level = names$outcome_level[j], estimate = fit$b[[j]], se = se[[j]], vgam = other[[j]],
           vgam_se = other_se[[j]], polr_se = polr_se[[j]], log_likelihood = fit$loglik, n = sum(w))
  }
}
housing <- read_data("housing.csv")
housing$Sat <- factor(housing$Sat, levels = c("Low", "Medium", "High"), ordered = FALSE)
housing$Infl <- factor(housing$Infl, levels = c("Low", "Medium", "High"))
housing$Type <- factor(housing$Type, levels = c("Tower", "Apartment", "Atrium", "Terrace"))
housing$Cont <- factor(housing$Cont, levels = c("Low", "High"))
pneumo <- read_data("pneumo.csv")
dust <- data.frame(exposure.time = rep(pneumo$exposure.time, 3), stage = factor(rep(names(pneumo)[2:4], each = 8), levels = names(pneumo)[2:4]),
                   Freq = unlist(pneumo[2:4]))
dust$log_time <- log(dust$exposure.time)
ordered_of <- function(data, name) {
  data[[name]] <- factor(data[[name]], ordered = TRUE)
  data
}
add_plain_categorical("housing", "multinomial", Sat ~ Infl + Type + Cont, housing, "Freq")
add_plain_categorical("pneumo", "multinomial", stage ~ log_time, dust, "Freq")
add_plain_categorical("housing", "ordinal", Sat ~ Infl + Type + Cont, ordered_of(housing, "Sat"), "Freq")
add_plain_categorical("pneumo", "ordinal", stage ~ log_time, ordered_of(dust, "stage"), "Freq")

# ---- under a design ----------------------------------------------------------------------------------------------------------

# Sandwich with the design's variance of the summed scores; svyolr (optimised numerically) stands beside it.
add_survey_categorical <- function(case, kind, formula, design, jackknife_type) {
  y <- as.integer(design$variables[[all.vars(formula)[1]]])
  x <- model.matrix(formula, design$variables)
  if (kind == "ordinal") x <- x[, -1, drop = FALSE]
  w <- weights(design, "sampling")
  fit <- fit_kind(kind, x, y, w / mean(w))
  fit <- fit_kind(kind, x, y, w, fit$b)
  se <- sqrt(diag(influence_vcov(fit$gradient %*% solve(fit$information), design)))
  jack <- jackknife(as.svrepdesign(design, type = jackknife_type), function(w, data) {
    fit_kind(kind, x[w > 0, , drop = FALSE], y[w > 0], w[w > 0] / mean(w), fit$b)$b
  })
  package <- if (kind == "ordinal") svyolr(formula, design) else NULL
  values <- if (is.null(package)) rep(NA, length(fit$b)) else c(package$coefficients, package$zeta)
  errors <- if (is.null(package)) rep(NA, length(fit$b)) else sqrt(diag(vcov(package)))
  names <- labels_for(kind, x, levels(design$variables[[all.vars(formula)[1]]]))
  for (j in seq_along(fit$b)) {
    record(set = kind, case = case, design = case, formula = deparse1(formula), coefficient = names$coefficient[j],
           outcome_level = names$outcome_level[j], estimate = fit$b[[j]], se = se[[j]], se_jackknife = jack$se[j],
           svyolr = values[[j]], svyolr_se = errors[[j]], n = length(y), df = degf(design))
  }
}
graded <- function(data) transform(data, grade = cut(api00, c(0, 580, 720, 1000), labels = c("low", "middle", "high"), ordered_result = TRUE))
stratified <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = graded(strat))
clustered <- svydesign(id = ~dnum, weights = ~pw, data = graded(clus1))
for (kind in c("multinomial", "ordinal")) {
  add_survey_categorical("apistrat, strata, no fpc", kind, grade ~ ell + mobility, stratified, "JKn")
  add_survey_categorical("apiclus1, clusters, no fpc", kind, grade ~ ell + mobility, clustered, "JK1")
}
adults <- transform(subset(read_data("nhanes_2009_2010.csv.xz"), agecat != "0-19" & !is.na(HI_CHOL)),
                    age = factor(agecat, levels = c("20-39", "40-59", "60+"), ordered = TRUE),
                    high = HI_CHOL, female = as.numeric(RIAGENDR == 2))
people_design <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = adults)
for (kind in c("multinomial", "ordinal")) {
  add_survey_categorical("nhanes, agecat not 0-19", kind, age ~ high + female, people_design, "JKn")
}
