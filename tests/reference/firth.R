# Firth's penalised likelihood, written out so that estimates and penalised profiles can be taken to 1e-12; the
# estimates are compared with brglm2 (type = "AS_mean") where both run. Weights multiply each row's likelihood.

firth_pieces <- function(x, y, w, b) {
  mu <- as.vector(plogis(x %*% b))
  v <- w * mu * (1 - mu)
  information <- crossprod(x, x * v)
  inverse <- solve(information)
  h <- v * rowSums((x %*% inverse) * x)
  eta <- as.vector(x %*% b)
  loglik <- sum(w * (y * eta - log1p(exp(eta))))
  list(score = as.vector(crossprod(x, w * (y - mu) + h * (0.5 - mu))), inverse = inverse, information = information,
       loglik = loglik, penalised = loglik + as.numeric(determinant(information)$modulus) / 2)
}

# Root of the adjusted score over the free coefficients; the others stay where `start` puts them.
firth_fit <- function(x, y, w = rep(1, length(y)), start = rep(0, ncol(x)), free = seq_len(ncol(x))) {
  b <- start
  for (i in 1:5000) {
    p <- firth_pieces(x, y, w, b)
    step <- solve(p$information[free, free, drop = FALSE], p$score[free])
    largest <- max(abs(step))
    b[free] <- b[free] + step * min(1, 2 / max(largest, 1e-300))
    if (largest < 1e-14 * max(1, abs(b))) break
  }
  p <- firth_pieces(x, y, w, b)
  list(b = b, se = sqrt(diag(p$inverse)), vcov = p$inverse, loglik = p$loglik, penalised = p$penalised, steps = i)
}

# Penalised profile likelihood interval and likelihood ratio p of coefficient j.
firth_profile <- function(x, y, fit, j, level = 0.95, w = rep(1, length(y))) {
  others <- setdiff(seq_len(ncol(x)), j)
  drop_at <- function(value) {
    start <- fit$b
    start[j] <- value
    2 * (fit$penalised - firth_fit(x, y, w, start, others)$penalised)
  }
  gap <- function(value) drop_at(value) - qchisq(level, 1)
  reach <- function(direction) {
    edge <- fit$b[j] + direction * 2 * fit$se[j]
    while (gap(edge) < 0) edge <- edge + direction * fit$se[j]
    uniroot(gap, sort(c(fit$b[j], edge)), tol = 1e-12)$root
  }
  statistic <- drop_at(0)
  c(low = reach(-1), high = reach(1), statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE))
}
