# Survey estimates with standard errors, by the `survey` package and, where it has none, by influence values
# handed to its own variance routine (svyrecvar). Source after library(survey).

options(survey.lonely.psu = "fail")
tight <- list(epsilon = 1e-14, maxit = 100)

# Variance of totals of influence values (one row a person of the design).
influence_vcov <- function(influence, design) {
  svyrecvar(as.matrix(influence), design$cluster, design$strata, design$fpc, postStrata = design$postStrata)
}

# ---- logistic models ---------------------------------------------------------------------------------------

# svyglm keeps the working weights of the iteration before the last one, so it is fitted again from its own
# coefficients until the standard errors stand still.
fit_logit <- function(formula, design) {
  fit <- eval(bquote(svyglm(.(formula), design = design, family = quasibinomial(), control = tight)))
  for (again in 1:5) {
    before <- sqrt(diag(vcov(fit)))
    start <- coef(fit)
    fit <- eval(bquote(svyglm(.(formula), design = design, family = quasibinomial(), control = tight,
                              start = .(unname(start)))))
    fit$se_change <- max(abs(sqrt(diag(vcov(fit))) / before - 1))
    if (fit$se_change < 1e-13) break
  }
  fit$refits <- again
  fit
}

# The same model by Newton's method and the sandwich written out.
newton_logit <- function(x, y, w, start = rep(0, ncol(x)), steps = 60) {
  b <- start
  for (i in seq_len(steps)) {
    mu <- as.vector(plogis(x %*% b))
    information <- crossprod(x, x * (w * mu * (1 - mu)))
    step <- solve(information, crossprod(x, w * (y - mu)))
    b <- b + as.vector(step)
    if (max(abs(step)) < 1e-15 * max(1, abs(b))) break
  }
  mu <- as.vector(plogis(x %*% b))
  list(b = b, mu = mu, inverse = solve(crossprod(x, x * (w * mu * (1 - mu)))))
}

newton_check <- function(fit) {
  x <- model.matrix(fit)
  design <- fit$survey.design
  w <- weights(design, "sampling")
  own <- newton_logit(x, fit$y, w, coef(fit))
  se <- sqrt(diag(influence_vcov((x * (w * (fit$y - own$mu))) %*% own$inverse, design)))
  c(coef = max(abs(own$b / coef(fit) - 1)), se = max(abs(se / sqrt(diag(vcov(fit))) - 1)))
}

# Variable and level of each coefficient, "age_band" and "35-49", "low_back_pain:sex" and "yes:female".
term_levels <- function(fit) {
  labels <- c("(Intercept)", attr(terms(fit), "term.labels"))
  term <- labels[attr(model.matrix(fit), "assign") + 1]
  level <- vapply(seq_along(term), function(i) {
    left <- strsplit(names(coef(fit))[i], ":", fixed = TRUE)[[1]]
    names <- strsplit(term[i], ":", fixed = TRUE)[[1]]
    if (length(left) != length(names)) return("")
    paste(mapply(function(l, n) sub(n, "", l, fixed = TRUE), left, names), collapse = ":")
  }, "")
  data.frame(term = term, level = ifelse(term == "(Intercept)", "", level))
}

# Wald F of one term, and the Rao-Scott likelihood ratio (Lumley & Scott 2014, as regTermTest(method = "LRT") does
# it): drop in deviance with weights scaled to mean 1, referred to a sum of F variables with the eigenvalues lambda
# of (naive covariance)^-1 %*% covariance, by saddlepoint; on residual and on design degrees of freedom.
term_tests <- function(fit, term, lrt = TRUE) {
  found <- list()
  choices <- unique(c(fit$df.residual, degf(fit$survey.design)))
  for (df in choices) {
    wald <- regTermTest(fit, reformulate(term), df = df)
    found[[length(found) + 1]] <- list(term = term, method = "wald_f", statistic = wald$Ftest[[1]], ndf = wald$df,
                                       ddf = df, p_value = wald$p[[1]])
  }
  labels <- attr(terms(fit), "term.labels")
  kept <- setdiff(labels, term)
  if (!lrt || any(grepl(term, kept, fixed = TRUE))) return(found)
  null <- fit_logit(update(formula(fit), reformulate(if (length(kept)) kept else "1", ".")), fit$survey.design)
  index <- which(attr(model.matrix(fit), "assign") == match(term, labels))
  lambda <- Re(eigen(solve(fit$naive.cov[index, index]) %*% vcov(fit)[index, index], only.values = TRUE)$values)
  drop <- null$deviance - fit$deviance
  for (df in choices) {
    p <- pFsum(drop, rep(1, length(lambda)), lambda, ddf = df, method = "saddlepoint", lower.tail = FALSE)
    found[[length(found) + 1]] <- list(term = term, method = "rao_scott_lrt", statistic = drop, ndf = length(index),
                                       ddf = df, p_value = p[[1]], lambda = I(sort(lambda, decreasing = TRUE)))
  }
  found
}

# ---- tetrachoric correlation -------------------------------------------------------------------------------

# P(X < a, Y < b) for two standard normals with correlation rho, by Sheppard's integral over the angle.
phi2 <- function(a, b, rho) {
  f <- function(t) exp(-(a^2 + b^2 - 2 * a * b * sin(t)) / (2 * cos(t)^2))
  upper <- asin(rho)
  if (upper == 0) return(pnorm(a) * pnorm(b))
  pnorm(a) * pnorm(b) + integrate(f, 0, upper, rel.tol = 1e-13, abs.tol = 0)$value / (2 * pi)
}

phi2_density <- function(a, b, rho) {
  exp(-(a^2 + b^2 - 2 * a * b * rho) / (2 * (1 - rho^2))) / (2 * pi * sqrt(1 - rho^2))
}

# A 2x2 table is saturated, so the likelihood is highest where phi2 at the observed margins gives the observed cell.
tetrachoric <- function(p_both, p_a, p_b) {
  a <- qnorm(p_a)
  b <- qnorm(p_b)
  rho <- uniroot(function(r) phi2(a, b, r) - p_both, c(-0.999, 0.999), tol = 1e-8)$root
  for (i in 1:50) {
    step <- (phi2(a, b, rho) - p_both) / phi2_density(a, b, rho)
    rho <- rho - step
    if (abs(step) < 1e-15) break
  }
  rho
}

# Derivatives of the correlation to the shares (both, a, b).
tetrachoric_gradient <- function(rho, p_a, p_b) {
  a <- qnorm(p_a)
  b <- qnorm(p_b)
  s <- sqrt(1 - rho^2)
  c(1, -pnorm((b - rho * a) / s), -pnorm((a - rho * b) / s)) / phi2_density(a, b, rho)
}

# ---- jackknife -----------------------------------------------------------------------------------------------

# Stratified delete-one-PSU jackknife (JKn) of theta(weights, data): deviations from the mean of the replicates
# (se_jkn, the package's default) and from the full-sample estimate (se_jkn_mse).
jackknife <- function(replicates, theta) {
  run <- withReplicates(replicates, theta, return.replicates = TRUE)
  estimate <- as.vector(coef(run))
  variance <- function(mse) {
    svrVar(run$replicates, replicates$scale, replicates$rscales, mse = mse, coef = estimate)
  }
  list(estimate = estimate, se = sqrt(diag(as.matrix(variance(FALSE)))),
       se_mse = sqrt(diag(as.matrix(variance(TRUE)))))
}

# ---- Proportions and pairs ---------------------------------------------------------------------------------

# Every measure of a pair as an expression of the four cells (both, only a, only b, neither).
pair_measures <- list(
  p_both = quote(c11),
  log_odds_ratio = quote(log(c11 * c00 / (c10 * c01))),
  log_prevalence_ratio_b_given_a = quote(log((c11 / (c11 + c10)) / (c01 / (c01 + c00)))),
  log_prevalence_ratio_a_given_b = quote(log((c11 / (c11 + c01)) / (c10 / (c10 + c00)))),
  prevalence_difference_b_given_a = quote(c11 / (c11 + c10) - c01 / (c01 + c00)),
  prevalence_difference_a_given_b = quote(c11 / (c11 + c01) - c10 / (c10 + c00)),
  p_b_given_a = quote(c11 / (c11 + c10)),
  p_a_given_b = quote(c11 / (c11 + c01)),
  log_observed_expected = quote(log(c11 / ((c11 + c10) * (c11 + c01)))),
  observed_expected = quote(c11 / ((c11 + c10) * (c11 + c01))),
  phi = quote((c11 * c00 - c10 * c01) / sqrt((c11 + c10) * (c01 + c00) * (c11 + c01) * (c10 + c00))),
  yule_q = quote((c11 * c00 - c10 * c01) / (c11 * c00 + c10 * c01)),
  jaccard = quote(c11 / (c11 + c10 + c01))
)

with_cells <- function(design, a, b) {
  va <- design$variables[[a]]
  vb <- design$variables[[b]]
  design <- subset(design, !is.na(va) & !is.na(vb))
  ya <- design$variables[[a]] == "yes"
  yb <- design$variables[[b]] == "yes"
  update(design, ya = as.numeric(ya), yb = as.numeric(yb), c11 = as.numeric(ya & yb), c10 = as.numeric(ya & !yb),
         c01 = as.numeric(!ya & yb), c00 = as.numeric(!ya & !yb))
}
