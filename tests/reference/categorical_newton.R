# Multinomial and cumulative logit models by Newton's method, so that coefficients and information belong together;
# sourced by categorical_models.R and categorical_effects.R.

# Row-wise gradient and total Hessian of the log-likelihood; b runs over coefficients within outcome levels 2..K.
multinomial_pieces <- function(x, y, w, b) {
  k <- max(y)
  eta <- cbind(0, x %*% matrix(b, ncol(x)))
  p <- exp(eta - apply(eta, 1, max))
  p <- p / rowSums(p)
  gradient <- do.call(cbind, lapply(2:k, function(j) x * (w * ((y == j) - p[, j]))))
  blocks <- lapply(2:k, function(i) do.call(cbind, lapply(2:k, function(j) {
    crossprod(x, x * (w * p[, i] * ((i == j) - p[, j])))
  })))
  list(gradient = gradient, information = do.call(rbind, blocks), loglik = sum(w * log(p[cbind(seq_along(y), y)])))
}

# Cumulative logit P(y <= j) = plogis(cut_j - x b); parameters b, then cuts. Observed information.
ordinal_pieces <- function(x, y, w, b) {
  k <- max(y)
  m <- ncol(x)
  cuts <- c(-Inf, b[m + seq_len(k - 1)], Inf)
  eta <- as.vector(x %*% b[seq_len(m)])
  at <- function(j) {
    u <- cuts[j] - eta
    f <- dlogis(u)
    slope <- ifelse(is.finite(u), f * (1 - 2 * plogis(u)), 0)
    list(u = u, f = f, slope = slope, d = cbind(-x, outer(j, seq_len(k - 1) + 1, "==") * 1))
  }
  up <- at(y + 1)
  low <- at(y)
  p <- plogis(up$u) - plogis(low$u)
  dp <- up$d * up$f - low$d * low$f
  second <- crossprod(up$d, up$d * (w * up$slope / p)) - crossprod(low$d, low$d * (w * low$slope / p))
  list(gradient = dp * (w / p), information = crossprod(dp, dp * (w / p^2)) - second, loglik = sum(w * log(p)))
}

newton <- function(pieces, x, y, w, start) {
  b <- start
  for (i in 1:200) {
    now <- pieces(x, y, w, b)
    step <- solve(now$information, colSums(now$gradient))
    while (!is.finite(l <- suppressWarnings(pieces(x, y, w, b + step)$loglik)) || l < now$loglik - 1e-9 * abs(now$loglik)) step <- step / 2
    b <- b + step
    if (max(abs(step)) < 1e-14) break
  }
  c(list(b = b), pieces(x, y, w, b))
}

start_for <- function(kind, x, y, w) {
  share <- cumsum(tapply(w, y, sum)) / sum(w)
  if (kind == "multinomial") rep(0, ncol(x) * (max(y) - 1)) else c(rep(0, ncol(x)), qlogis(share[-length(share)]))
}
fit_kind <- function(kind, x, y, w, start = start_for(kind, x, y, w)) {
  newton(if (kind == "multinomial") multinomial_pieces else ordinal_pieces, x, y, w, start)
}
