# Intervals of a binomial proportion, and the exact power of tests of two: base R.
# Rscript proportions.R [output.json]

here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "helpers.R"))

two_sided <- function(x, n, method, level) {
  tail <- (1 - level) / 2
  z <- qnorm(1 - tail)
  p <- x / n
  switch(method,
    wilson = suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int[1:2],
    clopper_pearson = binom.test(x, n, conf.level = level)$conf.int[1:2],
    agresti_coull = {
      centre <- (x + z^2 / 2) / (n + z^2)
      centre + c(-1, 1) * z * sqrt(centre * (1 - centre) / (n + z^2))
    },
    jeffreys = c(if (x == 0) 0 else qbeta(tail, x + 0.5, n - x + 0.5), if (x == n) 1 else qbeta(1 - tail, x + 0.5, n - x + 0.5)),
    wald = p + c(-1, 1) * z * sqrt(p * (1 - p) / n))
}

methods <- c("wilson", "clopper_pearson", "agresti_coull", "jeffreys", "wald")
for (case in list(c(39, 103), c(0, 20), c(20, 20), c(1, 12), c(28, 86))) for (level in c(0.95, 0.9)) for (method in methods) {
  limits <- pmin(pmax(two_sided(case[1], case[2], method, level), 0), 1)
  record(set = "interval", events = case[1], n = case[2], conf_level = level, method = method,
         conf_low = limits[1], conf_high = limits[2])
}

# Share of all outcomes of two binomials in which Fisher's test has p <= 0.05.
fisher_p <- function(x, m, y, n) fisher.test(matrix(c(x, m - x, y, n - y), 2))$p.value
for (case in list(c(39, 64, 0.5, 0.25), c(39, 64, 0.6, 0.3), c(39, 64, 0.3, 0.3), c(12, 9, 0.9, 0.2))) {
  m <- case[1]; n <- case[2]
  p_values <- outer(0:m, 0:n, Vectorize(function(x, y) fisher_p(x, m, y, n)))
  chances <- outer(dbinom(0:m, m, case[3]), dbinom(0:n, n, case[4]))
  record(set = "fisher_power", n_a = m, n_b = n, share_a = case[3], share_b = case[4], alpha = 0.05,
         power = sum(chances[p_values <= 0.05]))
}

write_records("stats", "intervals: prop.test, binom.test, qbeta and formulas, cut at 0 and 1; power: fisher.test on every table")
