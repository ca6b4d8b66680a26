# Rscript peers.R FOLDER: for each line of standard input, "ROWS ROUNDS", one line of JSON with svyglm's seconds,
# coefficients and standard errors on people-ROWS.*.bin. The data frame, with factors, is in memory before the clock starts.
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
covariates <- c("sex", "age_band", "education", "smoking", "bmi_band")
column <- function(n, name, what = "integer", size = 1)
  readBin(sprintf("%s/people-%d.%s.bin", folder, n, name), what, n, size = size)
people <- function(n) {
  d <- data.frame(migraine = column(n, "migraine"), low_back_pain = column(n, "low_back_pain"))
  for (name in covariates) d[[name]] <- factor(column(n, name))
  d$weight <- column(n, "weight", "double", 8)
  d$stratum <- column(n, "stratum", size = 2)
  d$psu <- column(n, "psu", size = 2)
  d
}
model <- migraine ~ low_back_pain + sex + age_band + education + smoking + bmi_band
fit <- function(d) {
  design <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = d)
  m <- svyglm(model, design, family = quasibinomial(), epsilon = 1e-12)
  list(coef(m), SE(m))
}
numbers <- function(v) paste0("[", paste(sprintf("%.16g", v), collapse = ","), "]")
input <- file("stdin"); open(input)
while (length(line <- readLines(input, 1)) > 0) {
  n <- as.integer(as.numeric(line))
  d <- people(n)
  invisible(fit(d[seq_len(min(n, 10000)), ]))
  invisible(gc(full = TRUE))
  seconds <- system.time(found <- fit(d))[["elapsed"]]
  cat(sprintf('{"seconds": %.4f, "answer": {"beta": %s, "error": %s}, "version": "R %s.%s, survey %s"}\n', seconds,
              numbers(found[[1]]), numbers(found[[2]]), R.version$major, R.version$minor, packageVersion("survey")))
  flush(stdout()); rm(d, found); invisible(gc(full = TRUE))
}
