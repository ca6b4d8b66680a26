# NHANES 1999-2004: prevalences, co-occurrence, logistic models, tests, jackknife.
# COMORBID_DATA=<folder> Rscript nhanes_1999_2004.R [output.json]

options(width = 120)
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R", "nhanes_data.R")) source(file.path(here, file))

make_design <- function(weight) {
  svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = reformulate(weight), nest = TRUE, data = people)
}
interview <- make_design("w6")
examined <- subset(make_design("wmec6"), RIDSTATR == 2)
examined_9902 <- subset(make_design("wmec4"), RIDSTATR == 2 & SDDSRVYR <= 2)
designs <- list(interview = interview, examined = examined, examined_1999_2002 = examined_9902)

domains <- list(
  list(by = "none", level = "all", keep = quote(age >= 20)),
  list(by = "sex", level = "male", keep = quote(sex == "male")),
  list(by = "sex", level = "female", keep = quote(sex == "female")),
  list(by = "domain", level = "women aged 50 and over", keep = quote(sex == "female" & age >= 50))
)
age_domains <- lapply(levels(people$age_band), function(l) list(by = "age_band", level = l, keep = bquote(age_band == .(l))))
in_domain <- function(design, domain) eval(bquote(subset(design, .(domain$keep))))

# ---- design and counts --------------------------------------------------------------------------------------

for (name in names(designs)) {
  d <- designs[[name]]
  psu <- unique(d$variables[c("SDMVSTRA", "SDMVPSU")])
  record(set = "design", design = name, n = nrow(d$variables), strata = length(unique(psu$SDMVSTRA)),
         psu = nrow(psu), degf = degf(d), sum_of_weights = sum(weights(d, "sampling")))
}
for (v in c(conditions, "over_24_hours", "chronic_pain")) {
  x <- people[[v]]
  record(set = "counts", variable = v, n_yes = sum(x == "yes", na.rm = TRUE), n_no = sum(x == "no", na.rm = TRUE),
         n_missing = sum(is.na(x)))
}
for (v in c("sex", "age_band", "education", "smoking", "bmi_class", "cycle")) {
  for (l in levels(people[[v]])) record(set = "level_counts", variable = v, level = l, n = sum(people[[v]] %in% l))
  record(set = "level_counts", variable = v, level = NA, n = sum(is.na(people[[v]])))
}
for (rule in names(rules)) {
  v <- paste0("fibromyalgia_", rule)
  m <- svymean(reformulate(v), interview, na.rm = TRUE)
  m4 <- svymean(reformulate(v), examined_9902, na.rm = TRUE)
  record(set = "rules", rule = rule, cases = sum(people[[v]] == "yes", na.rm = TRUE), n = sum(!is.na(people[[v]])),
         percent = 100 * coef(m)[[2]], percent_se = 100 * SE(m)[[2]],
         percent_1999_2002 = 100 * coef(m4)[[2]], percent_1999_2002_se = 100 * SE(m4)[[2]])
}

# ---- prevalence ---------------------------------------------------------------------------------------------

prevalence_record <- function(set, design, domain, condition, weight) {
  d <- in_domain(design, domain)
  known <- !is.na(d$variables[[condition]])
  d <- subset(d, known)
  d <- update(d, y = as.numeric(d$variables[[condition]] == "yes"))
  m <- svymean(~y, d)
  logit <- attr(svyciprop(~y, d, method = "xlogit"), "ci")
  beta <- attr(svyciprop(~y, d, method = "beta"), "ci")
  record(set = set, weight = weight, by = domain$by, level = domain$level, condition = condition,
         measure = "prevalence", estimate = coef(m)[[1]], se = SE(m)[[1]], df = degf(d), n = nrow(d$variables),
         events = sum(d$variables$y), logit_low = logit[[1]], logit_high = logit[[2]],
         beta_low = beta[[1]], beta_high = beta[[2]],
         deff = deff(svymean(~y, d, deff = "replace"))[[1]])
}
for (domain in c(domains, age_domains)) for (condition in c(conditions, "fibromyalgia_F")) {
  prevalence_record("prevalence", interview, domain, condition, "interview")
}
everyone <- domains[[1]]
for (condition in conditions) prevalence_record("prevalence", examined, everyone, condition, "examination")
prevalence_record("published", examined_9902, everyone, "chronic_pain", "examination 1999-2002")
prevalence_record("published", examined, everyone, "over_24_hours", "examination")
record(set = "published", weight = "none", by = "none", level = "all", condition = "rows 1999-2002",
       measure = "count", estimate = sum(people$SDDSRVYR <= 2), se = NA)

# ---- pairs --------------------------------------------------------------------------------------------------

pair_frame <- function(design) {
  v <- design$variables
  c(n = nrow(v), n_a = sum(v$ya), n_b = sum(v$yb), n_both = sum(v$c11))
}
add_pair <- function(domain, a, b, design = interview) {
  d <- with_cells(in_domain(design, domain), a, b)
  m <- svymean(~c11 + c10 + c01 + c00, d)
  k <- pair_frame(d)
  say <- function(measure, estimate, se, ...) {
    record(set = "cooccurrence", by = domain$by, level = domain$level, a = a, b = b, measure = measure,
           estimate = estimate, se = se, df = degf(d), n = k[["n"]], n_a = k[["n_a"]], n_b = k[["n_b"]],
           n_both = k[["n_both"]], ...)
  }
  for (measure in names(pair_measures)) {
    value <- svycontrast(m, pair_measures[[measure]])
    say(measure, coef(value)[[1]], SE(value)[[1]])
  }
  fit <- fit_logit(ya ~ yb, d)
  say("log_odds_ratio_svyglm", coef(fit)[[2]], SE(fit)[[2]])
  margins <- svymean(~c11 + ya + yb, d)
  p <- coef(margins)
  rho <- tetrachoric(p[[1]], p[[2]], p[[3]])
  gradient <- tetrachoric_gradient(rho, p[[2]], p[[3]])
  jack <- jackknife(as.svrepdesign(d, type = "JKn"), function(w, data) {
    share <- colSums(w * data[c("c11", "ya", "yb")]) / sum(w)
    tetrachoric(share[[1]], share[[2]], share[[3]])
  })
  say("tetrachoric", rho, sqrt(as.vector(gradient %*% vcov(margins) %*% gradient)),
      se_jkn = jack$se, se_jkn_mse = jack$se_mse)
  test <- svychisq(~ya + yb, d, statistic = "F")
  second <- svychisq(~ya + yb, d, statistic = "Chisq")
  say("rao_scott_f", test$statistic[[1]], NA, ndf = test$parameter[[1]], ddf = test$parameter[[2]],
      p_value = test$p.value[[1]], chisq = second$statistic[[1]], chisq_p_value = second$p.value[[1]])
}
for (domain in domains) for (pair in pairs) add_pair(domain, pair[1], pair[2])
for (other in setdiff(conditions, "fibromyalgia")) add_pair(everyone, other, "fibromyalgia_F")

# ---- combinations -------------------------------------------------------------------------------------------

add_combinations <- function(domain, members) {
  d <- in_domain(interview, domain)
  d <- subset(d, complete.cases(d$variables[members]))
  yes <- sapply(members, function(v) d$variables[[v]] == "yes")
  grid <- as.matrix(expand.grid(rep(list(0:1), length(members))))
  cells <- apply(grid, 1, function(g) paste0("k", paste(g, collapse = "")))
  for (i in seq_along(cells)) d$variables[[cells[i]]] <- as.numeric(apply(t(yes) == grid[i, ], 2, all))
  m <- svymean(reformulate(cells), d)
  sum_of <- function(chosen) Reduce(function(x, y) bquote(.(x) + .(y)), lapply(cells[chosen], as.name))
  margin <- function(j, present) {
    share <- bquote((.(sum_of(grid[, j] == 1))))
    if (present) share else bquote((1 - .(share)))
  }
  for (i in seq_along(cells)) {
    expected <- Reduce(function(x, y) bquote(.(x) * .(y)), lapply(seq_along(members), function(j) margin(j, grid[i, j] == 1)))
    observed <- as.name(cells[i])
    name <- if (any(grid[i, ] == 1)) paste(members[grid[i, ] == 1], collapse = " & ") else "none"
    parts <- list(prevalence = observed, expected_prevalence = expected,
                  log_observed_expected = bquote(log(.(observed) / (.(expected)))))
    for (measure in names(parts)) {
      value <- svycontrast(m, parts[[measure]])
      record(set = "combinations", by = domain$by, level = domain$level, members = paste(members, collapse = ", "),
             combination = name, size = sum(grid[i, ]), measure = measure, estimate = coef(value)[[1]],
             se = SE(value)[[1]], df = degf(d), n = nrow(d$variables), events = sum(d$variables[[cells[i]]]))
    }
  }
}
for (domain in domains[1:3]) add_combinations(domain, conditions)
for (triad in combn(conditions, 3, simplify = FALSE)) add_combinations(everyone, triad)

source(file.path(here, "nhanes_models.R"))
write_records("survey", "Interview weight w6, 15,332 people, unless weight or design says otherwise. se of a log measure is on the log scale.")
