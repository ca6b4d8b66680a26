# Odds ratios in strata and pooled by Mantel and Haenszel under a design: the weighted totals of the cells of each stratum
# and their covariance (survey `svytotal`), and every odds ratio as a contrast of them (`svycontrast`).
# Rscript stratified.R [output.json]

suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R")) source(file.path(here, file))

read_data <- function(name) read.csv(file.path(here, "data", name), stringsAsFactors = TRUE)
schools <- within(read_data("apistrat.csv"), {
  exposed <- as.numeric(meals > 50)
  outcome <- as.numeric(sch.wide == "Yes")
})
nhanes <- within(read_data("nhanes_2009_2010.csv.xz"), {
  exposed <- as.numeric(RIAGENDR == 2)
  outcome <- HI_CHOL
})

cases <- list(
  list(name = "dstrat", by = "stype", exposure = "high", outcome = "y",
       design = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = schools, fpc = ~fpc)),
  list(name = "nhanes", by = "agecat", exposure = "RIAGENDR", outcome = "HI_CHOL",
       design = svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)),
  list(name = "nhanes", by = "race", exposure = "RIAGENDR", outcome = "HI_CHOL",
       design = svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes))
)

for (case in cases) {
  design <- subset(case$design, !is.na(outcome))
  v <- design$variables
  strata <- sort(unique(as.character(v[[case$by]])))
  cells <- do.call(cbind, lapply(strata, function(s) {
    here <- v[[case$by]] == s
    cbind(here * v$exposed * v$outcome, here * v$exposed * (1 - v$outcome), here * (1 - v$exposed) * v$outcome,
          here * (1 - v$exposed) * (1 - v$outcome))
  }))
  names <- as.vector(outer(c("a", "b", "c", "d"), seq_along(strata), paste0))
  design$variables[names] <- as.data.frame(cells)
  totals <- svytotal(reformulate(names), design)
  text <- list(crude = sprintf("log((%s) * (%s) / ((%s) * (%s)))", paste0("a", seq_along(strata), collapse = "+"),
                               paste0("d", seq_along(strata), collapse = "+"), paste0("b", seq_along(strata), collapse = "+"),
                               paste0("c", seq_along(strata), collapse = "+")))
  part <- function(x, y) paste(sprintf("%s%d*%s%d/(a%d+b%d+c%d+d%d)", x, seq_along(strata), y, seq_along(strata),
                                       seq_along(strata), seq_along(strata), seq_along(strata), seq_along(strata)), collapse = "+")
  text$mantel_haenszel <- sprintf("log((%s) / (%s))", part("a", "d"), part("b", "c"))
  for (k in seq_along(strata)) text[[strata[k]]] <- sprintf("log(a%d * d%d / (b%d * c%d))", k, k, k, k)
  for (model in names(text)) {
    found <- svycontrast(totals, list(x = parse(text = text[[model]])[[1]]))
    record(set = "stratified_odds_ratio", design = case$name, outcome = case$outcome, exposure = case$exposure, by = case$by,
           model = if (model %in% strata) "stratum" else model, stratum = if (model %in% strata) model else NA,
           measure = "log_odds_ratio", estimate = coef(found)[[1]], se = SE(found)[[1]], df = degf(design), n = nrow(v))
  }
  ratios <- lapply(strata, function(s) parse(text = text[[s]])[[1]])
  names(ratios) <- paste0("s", seq_along(strata))
  all <- svycontrast(totals, ratios)
  contrast <- cbind(-1, diag(length(strata) - 1))
  d <- contrast %*% coef(all)
  wald <- as.numeric(t(d) %*% solve(contrast %*% vcov(all) %*% t(contrast), d))
  q <- length(strata) - 1
  nu <- degf(design)
  f <- wald * (nu - q + 1) / (q * nu)
  record(set = "homogeneity", design = case$name, outcome = case$outcome, exposure = case$exposure, by = case$by, statistic = f,
         ndf = q, ddf = nu - q + 1, p_value = pf(f, q, nu - q + 1, lower.tail = FALSE))
}
write_records("survey", "exposure high is meals > 50, RIAGENDR is 2 against 1; outcome y is sch.wide Yes.")
