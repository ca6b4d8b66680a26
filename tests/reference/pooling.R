# Meta-analysis with metafor, on data sets of metadat: pooled estimates by every method, meta-regression, subgroups, fourfold
# tables, small-study tests, deletion of each study, trim and fill, several estimates of one study.
# Year is counted from 1950: metafor squares the condition of its design matrix and loses digits with years as they are.
# Iterations run until they stand still; metafor's own defaults stop at 1e-5.
# Rscript pooling.R [output.json]

suppressPackageStartupMessages({library(metafor); library(metadat)})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "helpers.R"))

# Tolerances are absolute in metafor, hence in the unit of the variances.
exact <- function(v) list(threshold = 1e-12 * mean(v), tol = 1e-14 * mean(v), maxiter = 100000, tau2.max = 1e4 * max(v))
vec <- function(x) I(as.vector(x))

# ---------------------------------------------------------------- data: effects, or cells a, b, c, d, and moderators
fourfold <- function(d, a, b, c, d4) data.frame(a = d[[a]], b = d[[b]], c = d[[c]], d = d[[d4]])
from_n <- function(d) data.frame(a = d$ai, b = d$n1i - d$ai, c = d$ci, d = d$n2i - d$ci)
li <- get(data(dat.li2007)); nielweise <- get(data(dat.nielweise2007))
collins <- dat.collins1985b
beta_blockers <- subset(dat.yusuf1985, table == 6 & !is.na(ai))
tables <- list(
  bcg = data.frame(fourfold(dat.bcg, "tpos", "tneg", "cpos", "cneg"), ablat = dat.bcg$ablat, year = dat.bcg$year - 1950,
                   alloc = as.character(dat.bcg$alloc)),
  li2007 = from_n(li), nielweise2007 = from_n(nielweise),
  collins1985b = data.frame(a = collins$pre.xti, b = collins$pre.nti - collins$pre.xti, c = collins$pre.xci,
                            d = collins$pre.nci - collins$pre.xci),
  linde2005 = from_n(subset(dat.linde2005, !is.na(ai))), yusuf1985 = from_n(beta_blockers), hine1989 = from_n(dat.hine1989)
)
normand <- escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
hart <- escalc("IRR", x1i = x1i, x2i = x2i, t1i = t1i, t2i = t2i, data = dat.hart1999)
bangert <- subset(dat.bangertdrowns2004, !is.na(length))
hackshaw <- dat.hackshaw1998
raudenbush <- dat.raudenbush1985
effects <- list(
  bangertdrowns2004 = data.frame(y = as.vector(bangert$yi), v = as.vector(bangert$vi), length = bangert$length, grade = as.character(bangert$grade)),
  raudenbush1985 = data.frame(y = as.vector(raudenbush$yi), v = as.vector(raudenbush$vi), weeks = raudenbush$weeks,
                              setting = as.character(raudenbush$setting)),
  normand1999 = data.frame(y = as.vector(normand$yi), v = as.vector(normand$vi)),
  hart1999 = data.frame(y = as.vector(hart$yi), v = as.vector(hart$vi)),
  hackshaw1998 = data.frame(y = log(hackshaw$or), v = ((log(hackshaw$or.ub) - log(hackshaw$or.lb)) / (2 * qnorm(0.975)))^2,
                            or = hackshaw$or, low = hackshaw$or.lb, high = hackshaw$or.ub, design = as.character(hackshaw$design)),
  pignon2000 = data.frame(y = dat.pignon2000$OmE / dat.pignon2000$V, v = 1 / dat.pignon2000$V)
)
nested <- list(
  konstantopoulos2011 = with(dat.konstantopoulos2011, data.frame(y = as.vector(yi), v = as.vector(vi), study = district, year = year)),
  assink2016 = with(dat.assink2016, data.frame(y = as.vector(yi), v = as.vector(vi), study = study, year = year))
)
for (name in names(tables)) for (i in seq_len(nrow(tables[[name]])))
  do.call(record, c(list(set = "data", data = name, study = i), as.list(tables[[name]][i, ])))
for (group in list(effects, nested)) for (name in names(group)) for (i in seq_len(nrow(group[[name]])))
  do.call(record, c(list(set = "data", data = name), if (is.null(group[[name]]$study)) list(study = i), as.list(group[[name]][i, ])))

# ---------------------------------------------------------------- pooled, and with moderators
pooled <- function(y, v, name, measure, method, test, mods = NULL, label = NA, data = NULL) {
  fit <- if (is.null(mods)) rma(y, v, method = method, test = test, control = exact(v)) else
    rma(y, v, mods = mods, data = data, method = method, test = test, control = exact(v))
  spread <- if (method %in% c("FE")) NULL else confint(fit, control = exact(v))$random
  ends <- function(row) if (is.null(spread)) c(NA, NA) else unname(spread[row, 2:3])
  ahead <- if (is.null(mods) && method != "FE") predict(fit) else list(pi.lb = NA, pi.ub = NA)
  tau2 <- ends("tau^2"); i2 <- ends("I^2(%)"); h2 <- ends("H^2")
  record(set = "pooled", data = name, measure = measure, method = method, test = test, moderators = label, k = fit$k,
         estimate = vec(fit$beta), se = vec(fit$se), statistic = vec(fit$zval), p_value = vec(fit$pval),
         low = vec(fit$ci.lb), high = vec(fit$ci.ub), tau2 = fit$tau2, tau2_low = tau2[1], tau2_high = tau2[2],
         i2 = fit$I2, i2_low = i2[1], i2_high = i2[2], h2 = fit$H2, h2_low = h2[1], h2_high = h2[2], q = fit$QE, q_p = fit$QEp,
         moderator_test = if (is.null(mods)) NA else fit$QM, moderator_p = if (is.null(mods)) NA else fit$QMp,
         r2 = if (is.null(mods) || method == "FE" || is.null(fit$R2)) NA else fit$R2, pi_low = ahead$pi.lb, pi_high = ahead$pi.ub)
  invisible(fit)
}
inverse_variance <- function(y, v, name, measure) {
  pooled(y, v, name, measure, "FE", "z")
  for (method in c("DL", "PM", "REML", "ML")) for (test in c("z", "knha", if (method == "REML") "adhoc")) pooled(y, v, name, measure, method, test)
}
deletions <- function(y, v, name, measure, test, mods = NULL, label = NA, data = NULL) {
  fit <- if (is.null(mods)) rma(y, v, test = test, control = exact(v)) else rma(y, v, mods = mods, data = data, test = test, control = exact(v))
  found <- influence(fit)
  record(set = "influence", data = name, measure = measure, test = test, moderators = label, rstudent = vec(found$inf$rstudent),
         dffits = vec(found$inf$dffits), cook = vec(found$inf$cook.d), cov_ratio = vec(found$inf$cov.r), tau2 = vec(found$inf$tau2.del),
         q = vec(found$inf$QE.del), hat = vec(found$inf$hat), weight = vec(found$inf$weight),
         dfbetas = vec(t(do.call(cbind, unclass(found$dfbs)[seq_len(fit$p)]))), influential = vec(as.integer(found$is.infl)))
  if (is.null(mods)) {
    out <- leave1out(fit)
    record(set = "leave_one_out", data = name, measure = measure, test = test, estimate = vec(out$estimate), se = vec(out$se),
           p_value = vec(out$pval), low = vec(out$ci.lb), high = vec(out$ci.ub), q = vec(out$Q), tau2 = vec(out$tau2), i2 = vec(out$I2), h2 = vec(out$H2))
  }
}
small_studies <- function(y, v, name, measure) {
  fit <- rma(y, v, control = exact(v))
  classical <- regtest(fit, model = "lm"); begg <- suppressWarnings(ranktest(fit)); mixed <- regtest(fit, model = "rma")
  record(set = "small_studies", data = name, measure = measure, egger = classical$zval, egger_df = classical$dfs,
         egger_p = classical$pval, egger_slope = coef(summary(classical$fit))[2, 1], egger_limit = coef(summary(classical$fit))[1, 1],
         mixed = mixed$zval, mixed_p = mixed$pval, begg = begg$tau, begg_p = begg$pval)
  for (method in c("REML", "DL", "FE")) for (estimator in c("L0", "R0")) {
    base <- rma(y, v, method = method, control = exact(v))
    filled <- tryCatch(trimfill(base, estimator = estimator, control = exact(v)), error = function(e) NULL)
    if (!is.null(filled)) record(set = "trim_and_fill", data = name, measure = measure, method = method, estimator = estimator, k0 = filled$k0, se_k0 = filled$se.k0,
      side = filled$side, estimate = c(filled$beta), se = filled$se, tau2 = filled$tau2, p_k0 = filled$p.k0,
      added = vec(sort(filled$yi[filled$fill])))
  }
}

table_measures <- c(odds_ratio = "OR", risk_ratio = "RR", risk_difference = "RD")
for (name in names(tables)) for (measure in names(table_measures)) {
  if (measure == "risk_difference" && !name %in% c("bcg", "nielweise2007")) next
  d <- tables[[name]]
  drop <- measure != "risk_difference"
  e <- escalc(table_measures[[measure]], ai = a, bi = b, ci = c, di = d, data = d, drop00 = drop)
  e <- e[!is.na(e$yi), ]
  inverse_variance(e$yi, e$vi, name, measure)
  if (measure == "odds_ratio") deletions(e$yi, e$vi, name, measure, "z")
  small_studies(e$yi, e$vi, name, measure)
  mh <- rma.mh(ai = a, bi = b, ci = c, di = d, data = d, measure = table_measures[[measure]], drop00 = drop)
  record(set = "mantel_haenszel", data = name, measure = measure, estimate = c(mh$beta), se = mh$se, statistic = mh$zval, p_value = mh$pval,
         low = mh$ci.lb, high = mh$ci.ub, q = mh$QE, q_p = mh$QEp, i2 = mh$I2, h2 = mh$H2, weights = vec(weights(mh)))
}
for (name in names(tables)) {
  d <- tables[[name]]
  fit <- rma.peto(ai = a, bi = b, ci = c, di = d, data = d, drop00 = TRUE)
  record(set = "peto", data = name, measure = "odds_ratio", estimate = c(fit$beta), se = fit$se, statistic = fit$zval, p_value = fit$pval,
         low = fit$ci.lb, high = fit$ci.ub, q = fit$QE, q_p = fit$QEp, i2 = fit$I2, h2 = fit$H2)
  # Peters and others (JAMA 2006): estimate on 1 / n, weighted by 1 / (1 / events + 1 / non-events)
  e <- escalc("OR", ai = a, bi = b, ci = c, di = d, data = d, drop00 = TRUE)
  known <- !is.na(e$yi)
  e <- e[known, ]
  events <- e$a + e$c; others <- e$b + e$d; n <- events + others
  line <- coef(summary(lm(as.vector(e$yi) ~ I(1 / n), weights = 1 / (1 / events + 1 / others))))
  record(set = "peters", data = name, measure = "odds_ratio", statistic = line[2, 3], df = nrow(e) - 2, p_value = line[2, 4], slope = line[2, 1], limit = line[1, 1])
}
for (name in names(effects)) {
  d <- effects[[name]]
  inverse_variance(d$y, d$v, name, "effect")
  for (test in c("z", "knha")) deletions(d$y, d$v, name, "effect", test)
  small_studies(d$y, d$v, name, "effect")
}

bcg <- escalc("RR", ai = a, bi = b, ci = c, di = d, data = tables$bcg)
regressions <- list(
  list("bcg", "risk_ratio", bcg, ~ablat, "ablat"), list("bcg", "risk_ratio", bcg, ~ablat + year, "ablat, year"),
  list("bcg", "risk_ratio", bcg, ~factor(alloc, levels = unique(bcg$alloc)) + ablat, "alloc, ablat"),
  list("bangertdrowns2004", "effect", transform(effects$bangertdrowns2004, yi = y, vi = v), ~length, "length"),
  list("bangertdrowns2004", "effect", transform(effects$bangertdrowns2004, yi = y, vi = v), ~factor(grade, levels = unique(bangert$grade)), "grade"),
  list("raudenbush1985", "effect", transform(effects$raudenbush1985, yi = y, vi = v), ~weeks, "weeks"),
  list("raudenbush1985", "effect", transform(effects$raudenbush1985, yi = y, vi = v), ~factor(setting, levels = unique(setting)), "setting"),
  list("hackshaw1998", "effect", transform(effects$hackshaw1998, yi = y, vi = v), ~factor(design, levels = unique(design)), "design")
)
for (one in regressions) {
  for (method in c("FE", "DL", "PM", "REML", "ML")) for (test in if (method == "FE") "z" else c("z", "knha"))
    pooled(one[[3]]$yi, one[[3]]$vi, one[[1]], one[[2]], method, test, one[[4]], one[[5]], one[[3]])
  deletions(one[[3]]$yi, one[[3]]$vi, one[[1]], one[[2]], "knha", one[[4]], one[[5]], one[[3]])
}

# ---------------------------------------------------------------- where the regression puts a study, and a new one
for (test in c("z", "knha")) {
  fit <- rma(bcg$yi, bcg$vi, mods = ~ablat, data = bcg, test = test, control = exact(bcg$vi))
  ahead <- predict(fit, newmods = c(13, 33, 55))
  record(set = "predict", data = "bcg", measure = "risk_ratio", test = test, moderators = "ablat", at = vec(c(13, 33, 55)), estimate = vec(ahead$pred),
         se = vec(ahead$se), low = vec(ahead$ci.lb), high = vec(ahead$ci.ub), pi_low = vec(ahead$pi.lb), pi_high = vec(ahead$pi.ub))
}

# ---------------------------------------------------------------- subgroups: a tau2 of its own each, and one for all
groups <- list(list("bcg", "risk_ratio", bcg, "alloc"), list("raudenbush1985", "effect", transform(effects$raudenbush1985, yi = y, vi = v), "setting"),
               list("hackshaw1998", "effect", transform(effects$hackshaw1998, yi = y, vi = v), "design"))
for (one in groups) for (test in c("z", "knha")) {
  d <- one[[3]]; level <- unique(d[[one[[4]]]])
  fits <- lapply(level, function(l) {
    chosen <- d[[one[[4]]]] == l
    y <- as.vector(d$yi)[chosen]; v <- as.vector(d$vi)[chosen]
    rma(y, v, test = test, control = exact(v))
  })
  estimate <- sapply(fits, coef); se <- sapply(fits, function(f) f$se)
  between <- rma(estimate, se^2, mods = ~factor(level), method = "FE")
  record(set = "subgroups", data = one[[1]], measure = one[[2]], by = one[[4]], test = test, level = vec(level), estimate = vec(estimate), se = vec(se),
         tau2 = vec(sapply(fits, function(f) f$tau2)), between = between$QM, df = length(level) - 1, p_value = between$QMp)
}

# ---------------------------------------------------------------- several estimates of one study
# nlminb stops where the likelihood, not its slope, stands still: the root of the slope is found from there, and metafor
# fitted at these variances.
for (name in names(nested)) for (label in c(NA, "year")) {
  d <- nested[[name]]
  d$estimate <- seq_len(nrow(d))
  d$year <- d$year - mean(d$year)
  mods <- if (is.na(label)) ~1 else ~year
  own <- rma.mv(y, v, mods = mods, random = ~1 | study/estimate, data = d, control = list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-14, maxit = 5000))
  X <- model.matrix(mods, d)
  parts <- list(outer(d$study, d$study, "==") * 1, diag(nrow(d)))
  slope <- function(s) {
    W <- solve(diag(d$v) + s[1] * parts[[1]] + s[2] * parts[[2]])
    P <- W - W %*% X %*% solve(t(X) %*% W %*% X, t(X) %*% W)
    r <- P %*% d$y
    list(g = sapply(parts, function(Z) sum(r * (Z %*% r)) - sum(diag(P %*% Z))),
         h = outer(1:2, 1:2, Vectorize(function(i, j) sum(diag(P %*% parts[[i]] %*% P %*% parts[[j]])) - 2 * c(t(r) %*% parts[[i]] %*% P %*% parts[[j]] %*% r))))
  }
  s <- own$sigma2
  for (step in 1:20) { now <- slope(s); s <- s - solve(now$h, now$g) }
  fixed <- rma.mv(y, v, mods = mods, random = ~1 | study/estimate, data = d, sigma2 = s)
  ahead <- predict(rma.mv(y, v, random = ~1 | study/estimate, data = d, sigma2 = s))
  record(set = "multilevel", data = name, moderators = label, sigma2 = vec(s), sigma2_metafor = vec(own$sigma2), likelihood = c(logLik(fixed)),
         likelihood_metafor = c(logLik(own)), estimate = vec(fixed$beta), se = vec(fixed$se), p_value = vec(fixed$pval), low = vec(fixed$ci.lb), high = vec(fixed$ci.ub),
         q = fixed$QE, q_p = fixed$QEp, pi_low = if (is.na(label)) ahead$pi.lb else NA, pi_high = if (is.na(label)) ahead$pi.ub else NA)
}
write_records(c("metafor", "metadat"), "data sets of metadat (see its help pages for their sources); y, v: effect and its sampling variance; a exposed with, b exposed without, c unexposed with, d unexposed without the outcome")
