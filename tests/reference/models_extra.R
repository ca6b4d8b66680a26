# Interaction on the additive scale, robust errors, term tests, splines, offset, matched sets; sourced by models.R.

# ---- RERI, attributable proportion, synergy index ------------------------------------------------------------------------

# Rothman and Keller's mouth cancer data, as printed by Hosmer and Lemeshow (1992): cases and controls by alcohol, smoking.
mouth <- data.frame(alc = c(1, 1, 0, 0), smk = c(1, 0, 1, 0), cases = c(225, 6, 8, 3), controls = c(166, 12, 18, 20))
people <- do.call(rbind, lapply(1:4, function(i) {
  data.frame(alc = mouth$alc[i], smk = mouth$smk[i], can = rep(1:0, c(mouth$cases[i], mouth$controls[i])))
}))
product <- fit_glm(can ~ alc + smk + alc:smk, people)
people$group <- factor(paste0(people$alc, people$smk), levels = c("00", "10", "01", "11"))
dummy <- fit_glm(can ~ group, people)
for (kind in c("product", "dummy")) {
  fit <- if (kind == "product") product else dummy
  found <- suppressMessages(epi.interaction(fit, coef = 2:4, param = kind))
  for (measure in c("reri", "apab", "s")) {
    row <- found[[measure]]
    record(set = "additive_interaction", case = "mouth cancer", param = kind, measure = c(reri = "reri", apab = "attributable_proportion", s = "synergy_index")[[measure]],
           estimate = row$est, conf_low = row$lower, conf_high = row$upper)
  }
}
for (i in 1:4) record(set = "additive_interaction_data", alcohol = mouth$alc[i], smoking = mouth$smk[i], cases = mouth$cases[i], controls = mouth$controls[i])

# ---- plain and robust errors -----------------------------------------------------------------------------------------------

# robust: HC0 is the plain sandwich, HC1 times n/(n-k); cluster: sums over clusters, HC0 without and HC1 with
# G/(G-1) * (n-1)/(n-k); cluster_g with G/(G-1) alone.
add_errors <- function(case, formula, data, cluster = NULL) {
  fit <- fit_glm(formula, data)
  kinds <- list(plain = vcov(fit), hc0 = vcovHC(fit, type = "HC0"), hc1 = vcovHC(fit, type = "HC1"))
  if (!is.null(cluster)) {
    kinds$cluster <- vcovCL(fit, cluster = cluster, type = "HC0", cadjust = FALSE)
    kinds$cluster_g <- vcovCL(fit, cluster = cluster, type = "HC0", cadjust = TRUE)
    kinds$cluster_hc1 <- vcovCL(fit, cluster = cluster, type = "HC1", cadjust = TRUE)
  }
  for (kind in names(kinds)) for (j in seq_along(coef(fit))) {
    record(set = "errors", case = case, formula = deparse1(formula), kind = kind, coefficient = names(coef(fit))[j],
           estimate = coef(fit)[[j]], se = sqrt(diag(kinds[[kind]]))[[j]], n = length(fit$y),
           clusters = if (is.null(cluster)) NA else length(unique(cluster)))
  }
  invisible(fit)
}
full <- add_errors("birthwt", low ~ age + lwt + race + smoke + ptl + ht + ui, births)
add_errors("mroz", y ~ k5 + k618 + age + wc + hc + lwg + inc, mroz)
add_errors("apiclus1", y ~ ell + meals + mobility, clus1, clus1$dnum)

# ---- tests of terms -----------------------------------------------------------------------------------------------------------

for (term in attr(terms(full), "term.labels")) {
  null <- fit_glm(update(formula(full), paste(". ~ . -", term)), births)
  wald <- regTermTest(full, reformulate(term), df = Inf)
  drop <- null$deviance - full$deviance
  df <- null$df.residual - full$df.residual
  record(set = "term_test", case = "birthwt", formula = deparse1(formula(full)), term = term, wald_chi_square = wald$chisq[[1]],
         wald_p = wald$p[[1]], lr_chi_square = drop, lr_p = pchisq(drop, df, lower.tail = FALSE), df = df)
}

# ---- splines, interaction, offset -----------------------------------------------------------------------------------------------

add_plain <- function(case, formula, data) {
  fit <- fit_glm(formula, data)
  for (j in seq_along(coef(fit))) {
    record(set = "plain_logistic", case = case, formula = deparse1(formula), coefficient = names(coef(fit))[j],
           estimate = coef(fit)[[j]], se = sqrt(diag(vcov(fit)))[[j]], deviance = fit$deviance, n = length(fit$y))
  }
}
add_plain("birthwt", low ~ splines::bs(age, df = 4) + smoke, births)
add_plain("birthwt", low ~ splines::ns(age, df = 3) + smoke, births)
add_plain("birthwt", low ~ smoke * race + lwt, births)
add_plain("birthwt", low ~ smoke + race + offset(-0.015 * lwt), births)
add_plain("birthwt", low ~ log(lwt) + I(age^2) + age, births)
offset_fit <- fit_logit(y ~ ell + offset(0.01 * meals), svydesign(id = ~dnum, weights = ~pw, data = clus1))
for (j in 1:2) {
  record(set = "survey_offset", case = "apiclus1, clusters, no fpc", formula = "y ~ ell + offset(0.01 * meals)",
         coefficient = names(coef(offset_fit))[j], estimate = coef(offset_fit)[[j]], se = SE(offset_fit)[[j]])
}

# ---- matched sets -----------------------------------------------------------------------------------------------------------------

add_matched <- function(case, formula, data) {
  fit <- clogit(formula, data, control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
  for (j in seq_along(coef(fit))) {
    record(set = "conditional_logistic", case = case, formula = deparse1(formula), coefficient = names(coef(fit))[j],
           estimate = coef(fit)[[j]], se = sqrt(diag(vcov(fit)))[[j]], log_likelihood = fit$loglik[2])
  }
}
bdendo <- read_data("bdendo.csv")
add_matched("R11", d ~ est + strata(set), bdendo)
add_matched("R11", d ~ gall + strata(set), bdendo)
add_matched("R11 one to one", d ~ est + strata(set), read_data("bdendo11.csv"))
add_matched("R12", case ~ spontaneous + induced + strata(stratum), read_data("infert.csv"))

# ---- false discovery --------------------------------------------------------------------------------------------------------------

p <- c(0.0001, 0.021, 0.021, 0.003, 0.2, 0.04, 0.75, NA, 0.049)
record(set = "adjusted_p", p = I(p), benjamini_hochberg = I(p.adjust(p, "BH")), holm = I(p.adjust(p, "holm")),
       benjamini_yekutieli = I(p.adjust(p, "BY")))
