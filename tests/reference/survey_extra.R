# Standardised prevalences, lonely PSUs and replicate weights; sourced by survey_cases.R.

# ---- fact: three standard errors for one standardised prevalence ------------------------------------------------

# Everyone set to each sex in turn, averaged over the model's people: by svypredmeans (model and covariate variances
# added), holding covariates fixed (se_conditional), by full linearisation (se) and by jackknife.
add_predictive <- function(terms) {
  formula <- as.formula(paste("HI_CHOL ~", paste(c(terms, "RIAGENDR"), collapse = " + ")))
  d <- subset(nh, complete.cases(nh$variables[all.vars(formula)]))
  fit <- fit_logit(formula, d)
  base <- eval(bquote(svyglm(.(reformulate(terms, "HI_CHOL")), design = d, family = quasibinomial(), control = tight)))
  package <- svypredmeans(base, ~RIAGENDR)
  x <- model.matrix(fit)
  y <- as.numeric(fit$y)
  w <- weights(d, "sampling")
  set_to <- function(sex) {
    data <- d$variables
    data$RIAGENDR <- factor(sex, levels = levels(nhanes$RIAGENDR))
    model.matrix(delete.response(terms(fit)), data, xlev = fit$xlevels)
  }
  designs_at <- lapply(c("1", "2"), set_to)
  theta <- function(w) {
    own <- newton_logit(x, y, w)
    sapply(designs_at, function(z) sum(w * plogis(z %*% own$b)) / sum(w))
  }
  own <- newton_logit(x, y, w)
  mu <- sapply(designs_at, function(z) plogis(z %*% own$b))
  p <- theta(w)
  slope <- t(sapply(1:2, function(j) colSums(w * mu[, j] * (1 - mu[, j]) * designs_at[[j]]) / sum(w)))
  model_part <- ((x * (w * (y - own$mu))) %*% own$inverse) %*% t(slope)
  sample_part <- sweep(mu, 2, p) * w / sum(w)
  full <- influence_vcov(model_part + sample_part, d)
  fixed <- influence_vcov(model_part, d)
  contrasts <- list(prevalence_1 = c(1, 0), prevalence_2 = c(0, 1), prevalence_difference = c(-1, 1),
                    log_prevalence_ratio = c(-1 / p[1], 1 / p[2]))
  values <- c(p, p[2] - p[1], log(p[2] / p[1]))
  jack <- jackknife(as.svrepdesign(d, type = "JKn"), function(w, data) {
    q <- theta(w)
    c(q, q[2] - q[1], log(q[2] / q[1]))
  })
  for (i in seq_along(contrasts)) {
    g <- contrasts[[i]]
    record(set = "standardised", case = "predictive margins", design = "nhanes", formula = deparse1(formula),
           exposure = "RIAGENDR", measure = names(contrasts)[i], estimate = values[i],
           se = sqrt(as.vector(g %*% full %*% g)), se_conditional = sqrt(as.vector(g %*% fixed %*% g)),
           se_jkn = jack$se[i], se_jkn_mse = jack$se_mse[i],
           se_svypredmeans = if (i <= 2) SE(package)[[as.character(i)]] else NA, n = nrow(d$variables))
  }
}
add_predictive("agecat")
add_predictive(c("race", "agecat"))

# ---- R20: strata with one PSU ------------------------------------------------------------------------------------

lonely <- list(
  apiclus1_by_district = svydesign(id = ~1, strata = ~dnum, weights = ~pw, data = clus1),
  apistrat_unit_moved = svydesign(id = ~1, strata = ~stratum, weights = ~pw,
                                  data = transform(strat, stratum = ifelse(seq_along(stype) == 1, "Z", as.character(stype))))
)
for (name in names(lonely)) {
  refusal <- tryCatch(svymean(~api00, lonely[[name]]), error = conditionMessage)
  record(set = "lonely_psu", case = "R20", design = name, option = "fail", measure = "message", text = refusal)
  for (option in c("remove", "certainty", "adjust", "average")) {
    options(survey.lonely.psu = option)
    m <- svymean(~api00, lonely[[name]])
    record(set = "lonely_psu", case = "R20", design = name, option = option, formula = "mean api00", coefficient = "api00",
           estimate = coef(m)[[1]], se = SE(m)[[1]], df = degf(lonely[[name]]))
    for (formula in list(y ~ ell, y ~ ell + meals)) {
      fit <- fit_logit(formula, lonely[[name]])
      for (i in seq_along(coef(fit))) {
        record(set = "lonely_psu", case = "R20", design = name, option = option, formula = deparse1(formula),
               coefficient = names(coef(fit))[i], estimate = coef(fit)[[i]], se = SE(fit)[[i]],
               df = degf(lonely[[name]]), residual_df = fit$df.residual)
      }
    }
  }
  options(survey.lonely.psu = "fail")
}
# Lonely only inside a domain: the domain keeps one PSU of a stratum that has several. survey.adjust.domain.lonely
# decides; FALSE (the default) keeps the stratum's own PSU count, so nothing is lonely.
inside <- subset(designs$dstrat_no_fpc, stype == "E" | snum == min(snum[stype == "H"]))
for (adjust in c(FALSE, TRUE)) {
  options(survey.adjust.domain.lonely = adjust, survey.lonely.psu = if (adjust) "adjust" else "fail")
  m <- svymean(~api00, inside)
  record(set = "lonely_psu", case = "R20", design = "dstrat_no_fpc", option = if (adjust) "domain adjust" else "domain default",
         formula = "mean api00", coefficient = "api00", estimate = coef(m)[[1]], se = SE(m)[[1]], df = degf(inside))
}
options(survey.adjust.domain.lonely = FALSE, survey.lonely.psu = "fail")

# ---- replicate weights ---------------------------------------------------------------------------------------------

add_replicates <- function(case, name, kind, replicates, formula, factor_file = NA) {
  vars <- all.vars(formula)
  known <- complete.cases(replicates$variables[vars])
  used <- subset(replicates, known)
  y <- used$variables[[vars[1]]]
  x <- model.matrix(formula, used$variables)
  about <- list(set = "replicates", case = case, design = name, kind = kind, scale = replicates$scale,
                rscales = I(replicates$rscales), rho = if (is.null(replicates$rho)) NA else replicates$rho,
                degf = degf(replicates), n = nrow(used$variables), factors = factor_file)
  jack <- jackknife(used, function(w, data) {
    share <- sum(w * y) / sum(w)
    c(share, newton_logit(x[w > 0, , drop = FALSE], y[w > 0], w[w > 0])$b)
  })
  names <- c("mean", colnames(x))
  for (i in seq_along(names)) {
    do.call(record, c(about, list(formula = deparse1(formula), coefficient = names[i], estimate = jack$estimate[i],
                                  se = jack$se[i], se_mse = jack$se_mse[i])))
  }
}
dc <- designs$dclus1_no_fpc
add_replicates("JK1", "dclus1_no_fpc", "JK1", as.svrepdesign(dc, type = "JK1"), y ~ ell + meals)
add_replicates("JK1", "dclus1", "JK1", as.svrepdesign(designs$dclus1, type = "JK1"), y ~ ell + meals)
add_replicates("JKn", "dstrat_no_fpc", "JKn", as.svrepdesign(designs$dstrat_no_fpc, type = "JKn"), y ~ ell + meals)
add_replicates("JKn", "dstrat", "JKn", as.svrepdesign(designs$dstrat, type = "JKn"), y ~ ell + meals)
add_replicates("JKn", "nhanes", "JKn", as.svrepdesign(nh, type = "JKn"), HI_CHOL ~ agecat + RIAGENDR)

# Replicate factors by PSU, kept as a small table: 14 strata of two PSUs, so half-samples exist.
paired <- subset(nh, SDMVSTRA %in% names(which(tapply(nhanes$SDMVPSU, nhanes$SDMVSTRA, function(p) length(unique(p))) == 2)))
set.seed(20240229)
made <- list(BRR = as.svrepdesign(paired, type = "BRR", compress = FALSE),
             Fay = as.svrepdesign(paired, type = "Fay", fay.rho = 0.3, compress = FALSE),
             bootstrap = as.svrepdesign(paired, type = "subbootstrap", replicates = 40, compress = FALSE))
first <- !duplicated(paired$variables[c("SDMVSTRA", "SDMVPSU")])
for (kind in names(made)) {
  factors <- as.matrix(made[[kind]]$repweights)[first, ]
  colnames(factors) <- paste0("r", seq_len(ncol(factors)))
  file <- paste0("factors_", tolower(kind), ".csv")
  table <- cbind(paired$variables[first, c("SDMVSTRA", "SDMVPSU")], factors)
  write.csv(table[order(table$SDMVSTRA, table$SDMVPSU), ], file.path(here, "data", file), row.names = FALSE, quote = FALSE)
  add_replicates(kind, "nhanes strata with two PSUs", kind, made[[kind]], HI_CHOL ~ agecat + RIAGENDR, file)
}
given <- svrepdesign(data = paired$variables, weights = ~WTMEC2YR, repweights = as.matrix(made$Fay$repweights),
                     combined.weights = FALSE, type = "successive-difference")
add_replicates("successive difference", "nhanes strata with two PSUs", "successive-difference", given,
               HI_CHOL ~ agecat + RIAGENDR, "factors_fay.csv")
