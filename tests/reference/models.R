# Reference models without a design: Firth, fourfold and stratified tables, interaction on the additive scale,
# robust errors, term tests, conditional logistic, tetrachoric. Rscript models.R [output.json]

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({
  library(survey)
  library(brglm2)
  library(epiR)
  library(epitools)
  library(metafor)
  library(sandwich)
  library(survival)
})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R", "firth.R")) source(file.path(here, file))
read_data <- function(name) read.csv(file.path(here, "data", name), stringsAsFactors = TRUE)

births <- transform(read_data("birthwt.csv"), race = factor(race))
endometrial <- read_data("endometrial.csv")
mroz <- transform(read_data("mroz.csv"), y = as.numeric(lfp == "yes"))
strat <- transform(read_data("apistrat.csv"), y = as.numeric(sch.wide == "Yes"))
clus1 <- transform(read_data("apiclus1.csv"), y = as.numeric(sch.wide == "Yes"))

# glm taken to its own fixed point, as fit_logit does for svyglm.
fit_glm <- function(formula, data, ...) {
  fit <- eval(bquote(glm(.(formula), family = binomial, data = data, control = tight, ...)))
  eval(bquote(glm(.(formula), family = binomial, data = data, control = tight, start = .(unname(coef(fit))), ...)))
}

# ---- Firth ---------------------------------------------------------------------------------------------------------

add_firth <- function(case, formula, data, profile = TRUE) {
  package <- glm(formula, binomial, data, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 5000)
  x <- model.matrix(package)
  y <- package$y
  own <- firth_fit(x, y)
  stopifnot(max(abs(own$b - coef(package))) < 1e-8)
  for (j in seq_along(own$b)) {
    p <- if (profile) firth_profile(x, y, own, j) else c(low = NA, high = NA, statistic = NA, p = NA)
    record(set = "firth", case = case, formula = deparse1(formula), coefficient = colnames(x)[j], estimate = own$b[j],
           se = own$se[j], profile_low = p[["low"]], profile_high = p[["high"]], penalised_lr = p[["statistic"]],
           penalised_lr_p = p[["p"]], log_likelihood = own$loglik, penalised_log_likelihood = own$penalised,
           brglm2 = coef(package)[[j]], brglm2_se = sqrt(diag(vcov(package)))[[j]], n = length(y), events = sum(y))
  }
}
add_firth("R15", HG ~ NV + PI + EH, endometrial)
add_firth("R24", y ~ x, data.frame(x = rep(c(1, 0), c(12, 50)), y = rep(c(1, 0), c(32, 30))))
add_firth("thirty people", y ~ x, data.frame(x = rep(c(0, 1), c(20, 10)), y = rep(c(0, 1), c(15, 15))))
add_firth("birthwt", low ~ age + lwt + race + smoke + ptl + ht + ui, births)

# ---- fourfold tables -------------------------------------------------------------------------------------------------

add_fourfold <- function(case, a, b, c, d) {
  cells <- list(set = "fourfold", case = case, a = a, b = b, c = c, d = d)
  # rows exposed and unexposed, columns cases and not; epitools wants the reference row and column first
  flipped <- matrix(c(d, b, c, a), 2)
  for (method in c("wald", "midp", "fisher", "small")) {
    row <- suppressWarnings(oddsratio(flipped, method = method))$measure[2, ]
    do.call(record, c(cells, list(measure = "odds_ratio", method = method, estimate = row[[1]], conf_low = row[[2]], conf_high = row[[3]])))
  }
  row <- riskratio(flipped, method = "wald")$measure[2, ]
  do.call(record, c(cells, list(measure = "risk_ratio", method = "wald", estimate = row[[1]], conf_low = row[[2]], conf_high = row[[3]])))
  fisher <- fisher.test(matrix(c(a, c, b, d), 2))
  do.call(record, c(cells, list(measure = "odds_ratio", method = "fisher.test", estimate = fisher$estimate[[1]],
                                conf_low = fisher$conf.int[1], conf_high = fisher$conf.int[2], p_value = fisher$p.value)))
  for (correct in c(FALSE, TRUE)) {
    test <- suppressWarnings(chisq.test(matrix(c(a, c, b, d), 2), correct = correct))
    do.call(record, c(cells, list(measure = "chi_square", method = if (correct) "yates" else "pearson",
                                  estimate = test$statistic[[1]], p_value = test$p.value)))
  }
}
add_fourfold("peers", 100, 50, 20, 30)
add_fourfold("R23", 189, 10845, 104, 10933)
add_fourfold("R9 alcohol x cigarette", 1449, 500, 46, 281)

# Tetrachoric correlation of a table, by the same root as the survey version; the multinomial delta error is that of
# full maximum likelihood (polycor, to the accuracy of its numerical Hessian).
add_tetrachoric <- function(case, both, only_a, only_b, neither) {
  n <- both + only_a + only_b + neither
  p <- c(both, both + only_a, both + only_b) / n
  rho <- tetrachoric(p[1], p[2], p[3])
  g <- tetrachoric_gradient(rho, p[2], p[3])
  cov_p <- (rbind(c(p[1], p[1], p[1]), c(p[1], p[2], p[1]), c(p[1], p[1], p[3])) - p %o% p) / n
  ml <- polycor::polychor(matrix(c(both, only_b, only_a, neither), 2), ML = TRUE, std.err = TRUE)
  record(set = "tetrachoric", case = case, both = both, only_a = only_a, only_b = only_b, neither = neither,
         estimate = rho, se = sqrt(as.vector(g %*% cov_p %*% g)), polycor = ml$rho, polycor_se = sqrt(ml$var[1, 1]),
         psych = psych::tetrachoric(matrix(c(both, only_b, only_a, neither), 2), correct = 0)$rho)
}
add_tetrachoric("peers", 100, 50, 20, 30)
add_tetrachoric("R9 alcohol x cigarette", 1449, 500, 46, 281)
add_tetrachoric("prevalences .2 .15 .1", 100, 100, 50, 750)
add_tetrachoric("negative", 20, 180, 130, 670)
add_tetrachoric("strong, unequal", 95, 5, 155, 745)

# ---- stratified tables --------------------------------------------------------------------------------------------------

# Breslow-Day statistic: each stratum's cell against the one that the common odds ratio implies.
breslow_day <- function(t, or) {
  parts <- sapply(seq_len(dim(t)[3]), function(k) {
    m <- t[, , k]
    row <- sum(m[1, ])
    column <- sum(m[, 1])
    n <- sum(m)
    if (min(row, n - row, column, n - column) == 0) return(c(0, 0, 0))
    qa <- or - 1
    qb <- -(or * (row + column) + n - row - column)
    qc <- or * row * column
    root <- if (abs(qa) < 1e-14) -qc / qb else (-qb - sqrt(qb^2 - 4 * qa * qc)) / (2 * qa)
    v <- 1 / (1 / root + 1 / (row - root) + 1 / (column - root) + 1 / (n - row - column + root))
    c((m[1, 1] - root)^2 / v, m[1, 1] - root, v)
  })
  bd <- sum(parts[1, ])
  c(breslow_day = bd, tarone = bd - sum(parts[2, ])^2 / sum(parts[3, ]), strata = sum(parts[3, ] > 0))
}

add_stratified <- function(case, t) {
  say <- function(method, ...) record(set = "mantel_haenszel", case = case, method = method, ...)
  for (k in seq_len(dim(t)[3])) {
    record(set = "stratum_table", case = case, stratum = k, a = t[1, 1, k], b = t[1, 2, k], c = t[2, 1, k], d = t[2, 2, k],
           odds_ratio = t[1, 1, k] * t[2, 2, k] / (t[1, 2, k] * t[2, 1, k]))
  }
  m <- apply(t, 1:2, sum)
  say("crude", estimate = m[1, 1] * m[2, 2] / (m[1, 2] * m[2, 1]), log_se = sqrt(sum(1 / m)))
  for (correct in c(FALSE, TRUE)) {
    test <- mantelhaen.test(t, correct = correct)
    say(if (correct) "corrected" else "mantel_haenszel", estimate = test$estimate[[1]], conf_low = test$conf.int[1],
        conf_high = test$conf.int[2], chi_square = test$statistic[[1]], p_value = test$p.value)
  }
  exact <- mantelhaen.test(t, exact = TRUE)
  say("exact conditional", estimate = exact$estimate[[1]], conf_low = exact$conf.int[1], conf_high = exact$conf.int[2],
      p_value = exact$p.value)
  fit <- rma.mh(measure = "OR", ai = t[1, 1, ], bi = t[1, 2, ], ci = t[2, 1, ], di = t[2, 2, ], correct = FALSE)
  bd <- breslow_day(t, exp(fit$beta[[1]]))
  say("metafor", log_estimate = fit$beta[[1]], log_se = fit$se, cmh = fit$MH, tarone = fit$TA, tarone_p = fit$TAp)
  say("homogeneity", breslow_day = bd[["breslow_day"]], tarone = bd[["tarone"]], df = bd[["strata"]] - 1,
      p_value = pchisq(bd[["breslow_day"]], bd[["strata"]] - 1, lower.tail = FALSE))
  risk <- rma.mh(measure = "RR", ai = t[1, 1, ], bi = t[1, 2, ], ci = t[2, 1, ], di = t[2, 2, ])
  difference <- rma.mh(measure = "RD", ai = t[1, 1, ], bi = t[1, 2, ], ci = t[2, 1, ], di = t[2, 2, ])
  say("risk ratio", log_estimate = risk$beta[[1]], log_se = risk$se)
  say("risk difference", estimate = difference$beta[[1]], se = difference$se)
}
drinkers <- transform(read_data("esoph.csv"), heavy = alcgp %in% c("80-119", "120+"))
heavy <- aggregate(cbind(ncases, ncontrols) ~ agegp + heavy, drinkers, sum)
ages <- sort(as.character(unique(heavy$agegp)))
cell <- function(age, exposed, column) heavy[heavy$agegp == age & heavy$heavy == exposed, column]
add_stratified("R10", array(unlist(lapply(ages, function(g) {
  c(cell(g, TRUE, "ncases"), cell(g, FALSE, "ncases"), cell(g, TRUE, "ncontrols"), cell(g, FALSE, "ncontrols"))
})), c(2, 2, length(ages))))
add_stratified("R13 tolbutamide", array(c(8, 5, 98, 115, 22, 16, 76, 69), c(2, 2, 2)))
add_stratified("R13 spermicide", array(c(3, 104, 9, 1059, 1, 5, 3, 86), c(2, 2, 2)))
add_stratified("R14", aperm(UCBAdmissions, c(2, 1, 3)))

source(file.path(here, "models_extra.R"))
source(file.path(here, "categorical_models.R"))
write_records(c("survey", "brglm2", "epiR", "epitools", "metafor", "sandwich", "survival", "psych", "polycor", "VGAM", "MASS"),
              "Data in data/. y is sch.wide Yes (apistrat, apiclus1) or lfp yes (mroz).")
