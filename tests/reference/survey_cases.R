# Design-based reference cases on data that travel with R's survey package (as exported to data/).
# Rscript survey_cases.R [output.json]

suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R")) source(file.path(here, file))

read_data <- function(name) read.csv(file.path(here, "data", name), stringsAsFactors = TRUE)
strat <- read_data("apistrat.csv")
clus1 <- read_data("apiclus1.csv")
clus2 <- read_data("apiclus2.csv")
nhanes <- read_data("nhanes_2009_2010.csv.xz")
for (v in c("race", "RIAGENDR")) nhanes[[v]] <- factor(nhanes[[v]])
nhanes$older <- as.numeric(nhanes$agecat == "60+")
for (frame in c("strat", "clus1", "clus2")) {
  assign(frame, within(get(frame), {
    y <- as.numeric(sch.wide == "Yes")
    met <- as.numeric(comp.imp == "Yes")
    high <- as.numeric(meals > 50)
    no_ell <- as.numeric(ell == 0)
  }))
}

designs <- list(
  dstrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat, fpc = ~fpc),
  dstrat_no_fpc = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat),
  dclus1 = svydesign(id = ~dnum, weights = ~pw, data = clus1, fpc = ~fpc),
  dclus1_no_fpc = svydesign(id = ~dnum, weights = ~pw, data = clus1),
  dclus2 = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2),
  dclus2_first_stage_fpc = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc1, data = clus2),
  dclus2_no_fpc = svydesign(id = ~dnum, weights = ~pw, data = clus2),
  dplain = svydesign(id = ~1, weights = ~1, data = strat),
  nhanes = svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
)

# ---- records --------------------------------------------------------------------------------------------------

add_mean <- function(case, name, variable, design, domain = "all", total = FALSE) {
  known <- !is.na(design$variables[[variable]])
  design <- subset(design, known)
  m <- (if (total) svytotal else svymean)(reformulate(variable), design)
  record(set = "mean", case = case, design = name, domain = domain, variable = variable,
         measure = if (total) "total" else "mean", estimate = coef(m)[[1]], se = SE(m)[[1]], df = degf(design),
         n = nrow(design$variables))
}

add_logistic <- function(case, name, formula, design, domain = "all") {
  fit <- fit_logit(formula, design)
  off <- newton_check(fit)
  used <- fit$survey.design
  labels <- term_levels(fit)
  default <- eval(bquote(svyglm(.(formula), design = design, family = quasibinomial())))
  for (i in seq_along(coef(fit))) {
    record(set = "coefficient", case = case, design = name, domain = domain, formula = deparse1(formula),
           coefficient = names(coef(fit))[i], term = labels$term[i], term_level = labels$level[i],
           measure = "log_odds", estimate = coef(fit)[[i]], se = SE(fit)[[i]], se_default_tolerance = SE(default)[[i]],
           n = nrow(used$variables), design_df = degf(used), residual_df = fit$df.residual,
           newton_se_difference = off[["se"]])
  }
  invisible(fit)
}

add_pair <- function(case, name, a, b, design, domain = "all") {
  both_known <- !is.na(design$variables[[a]]) & !is.na(design$variables[[b]])
  d <- subset(design, both_known)
  d$variables$ya <- d$variables[[a]]
  d$variables$yb <- d$variables[[b]]
  d <- update(d, c11 = ya * yb, c10 = ya * (1 - yb), c01 = (1 - ya) * yb, c00 = (1 - ya) * (1 - yb))
  say <- function(measure, estimate, se, ...) {
    record(set = "cooccurrence", case = case, design = name, domain = domain, a = a, b = b, measure = measure,
           estimate = estimate, se = se, df = degf(d), n = nrow(d$variables), ...)
  }
  m <- svymean(~c11 + c10 + c01 + c00, d)
  for (measure in names(pair_measures)) {
    value <- svycontrast(m, pair_measures[[measure]])
    say(measure, coef(value)[[1]], SE(value)[[1]])
  }
  margins <- svymean(~c11 + ya + yb, d)
  p <- coef(margins)
  rho <- tetrachoric(p[[1]], p[[2]], p[[3]])
  gradient <- tetrachoric_gradient(rho, p[[2]], p[[3]])
  say("tetrachoric", rho, sqrt(as.vector(gradient %*% vcov(margins) %*% gradient)))
  add_association(case, name, ~ya + yb, d, domain, paste(a, "x", b))
}

add_association <- function(case, name, formula, design, domain, table) {
  for (statistic in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
    test <- svychisq(formula, design, statistic = statistic)
    df <- unname(c(test$parameter, NA, NA))
    record(set = "association", case = case, design = name, domain = domain, table = table, method = statistic,
           statistic = test$statistic[[1]], ndf = df[1], ddf = df[2], p_value = as.numeric(test$p.value)[1])
  }
}

add_term_tests <- function(case, name, fit, term) {
  for (test in term_tests(fit, term)) {
    do.call(record, c(list(set = "term_test", case = case, design = name, formula = deparse1(formula(fit))), test))
  }
}

# ---- R16: California schools -----------------------------------------------------------------------------------

for (name in setdiff(names(designs), "nhanes")) {
  d <- designs[[name]]
  add_mean("R16", name, "api00", d)
  add_mean("R16", name, "enroll", d, total = TRUE)
  add_mean("R16", name, "y", d)
  add_logistic("R16", name, y ~ ell + meals + mobility, d)
  add_pair("R16", name, "y", "high", d)
}
for (name in c("dstrat", "dstrat_no_fpc", "dclus1", "dclus1_no_fpc")) {
  d <- designs[[name]]
  fit <- add_logistic("R16", name, y ~ ell + meals + stype, d)
  add_term_tests("R16", name, fit, "stype")
  if (!grepl("clus", name)) add_pair("R16", name, "y", "met", d)  # apiclus1 has an empty cell here
  add_association("R16", name, ~y + stype, d, "all", "y x stype")
  domain <- subset(d, ell > 20)
  add_mean("R16", name, "y", domain, "ell > 20")
  add_logistic("R16", name, y ~ ell + meals, domain, "ell > 20")
  add_pair("R16", name, "y", "high", domain, "ell > 20")
  elementary <- subset(d, stype == "E")
  add_mean("R16", name, "y", elementary, "stype E")
  add_logistic("R16", name, y ~ ell + meals, elementary, "stype E")
}

# ---- R17, R18 and the standardised prevalences: NHANES 2009-2010 ------------------------------------------------

nh <- designs$nhanes
add_logistic("R18", "nhanes", HI_CHOL ~ race + agecat + RIAGENDR, nh)
add_logistic("R18", "nhanes", HI_CHOL ~ agecat + RIAGENDR, nh)
# on the people used, so that both deviances of the likelihood ratio scale their weights alike
add_term_tests("R18", "nhanes", fit_logit(HI_CHOL ~ agecat + RIAGENDR, subset(nh, !is.na(HI_CHOL))), "agecat")
add_pair("R18", "nhanes", "HI_CHOL", "older", nh)
for (sex in c("1", "2")) {
  d <- subset(nh, RIAGENDR == sex)
  add_mean("R18", "nhanes", "HI_CHOL", d, paste("RIAGENDR", sex))
  add_logistic("R18", "nhanes", HI_CHOL ~ race + agecat, d, paste("RIAGENDR", sex))
}
d <- subset(nh, agecat == "60+" & race == "3")
add_mean("R18", "nhanes", "HI_CHOL", d, "agecat 60+, race 3")
add_logistic("R18", "nhanes", HI_CHOL ~ RIAGENDR, d, "agecat 60+, race 3")

# Direct standardisation to the year-2000 adult population. svystandardize takes the standardised weights as fixed;
# se is the linearised error of sum(P_k * mean_k), where the age-specific means carry the sampling error.
standard <- c("0-19" = 55901, "20-39" = 77670, "40-59" = 72816, "60+" = 45364)
add_standardised_mean <- function(label, keep) {
  adults <- names(standard)[-1]
  d <- subset(nh, agecat %in% adults & !is.na(HI_CHOL))
  d <- eval(bquote(subset(d, .(keep))))
  share <- standard[adults] / sum(standard[adults])
  w <- weights(d, "sampling")
  age <- as.character(d$variables$agecat)
  mean_k <- sapply(adults, function(k) weighted.mean(d$variables$HI_CHOL[age == k], w[age == k]))
  total_k <- sapply(adults, function(k) sum(w[age == k]))
  influence <- w * share[age] / total_k[age] * (d$variables$HI_CHOL - mean_k[age])
  fixed <- svystandardize(nh, by = ~agecat, over = ~RIAGENDR, population = standard, excluding.missing = ~HI_CHOL)
  if (label == "all") fixed <- svystandardize(nh, by = ~agecat, over = ~1, population = standard, excluding.missing = ~HI_CHOL)
  fixed <- eval(bquote(subset(subset(fixed, agecat != "0-19" & !is.na(HI_CHOL)), .(keep))))
  m <- svymean(~HI_CHOL, fixed)
  crude <- svymean(~HI_CHOL, d)
  record(set = "age_standardised", case = "R17", design = "nhanes", domain = label, measure = "prevalence",
         estimate = sum(share * mean_k), se = sqrt(as.vector(influence_vcov(influence, d))),
         svystandardize = coef(m)[[1]], se_svystandardize = SE(m)[[1]], crude = coef(crude)[[1]], crude_se = SE(crude)[[1]],
         df = degf(d), n = nrow(d$variables))
}
add_standardised_mean("all", quote(TRUE | agecat == ""))
add_standardised_mean("RIAGENDR 1", quote(RIAGENDR == "1"))
add_standardised_mean("RIAGENDR 2", quote(RIAGENDR == "2"))

add_intervals <- function(case, name, variable, design, domain = "all", ...) {
  known <- !is.na(design$variables[[variable]])
  d <- subset(design, known)
  d$variables$y <- d$variables[[variable]]
  for (method in c("xlogit", "beta", "likelihood", "asin", "mean")) {
    p <- svyciprop(~y, d, method = method, ...)
    record(set = "proportion_interval", case = case, design = name, domain = domain, variable = variable,
           method = if (method == "xlogit") "logit" else method, estimate = p[[1]], conf_low = attr(p, "ci")[[1]],
           conf_high = attr(p, "ci")[[2]], df = degf(d), n = nrow(d$variables))
  }
}
add_intervals("R17", "nhanes", "HI_CHOL", subset(nh, agecat != "0-19"), "agecat not 0-19")
add_intervals("R21", "dclus1", "no_ell", designs$dclus1)
add_intervals("R21", "dclus1_no_fpc", "no_ell", designs$dclus1_no_fpc)
add_intervals("R21", "dstrat", "y", designs$dstrat)
add_intervals("R21", "dclus1_no_fpc", "y", designs$dclus1_no_fpc)

source(file.path(here, "survey_extra.R"))
write_records("survey", paste("Data in data/. se_default_tolerance is svyglm's own at its default epsilon;",
                              "se is converged. Formulas use y = sch.wide Yes, high = meals > 50, met = comp.imp Yes, no_ell = ell is 0."))
