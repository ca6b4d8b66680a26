# Prevalences, pairs and combinations of every survey but NHANES 1999-2004, read here a second time.
# COMORBID_DATA=<folder> Rscript surveys.R [output.json]

options(width = 120)
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
for (file in c("helpers.R", "survey_helpers.R")) source(file.path(here, file))
folder <- Sys.getenv("COMORBID_DATA")
yes_no <- function(code, yes = 1, no = 2) factor(ifelse(code %in% yes, "yes", ifelse(code %in% no, "no", NA)), c("no", "yes"))

# The domain of an odds ratio or of a combination: people with every answer known.
known <- function(design, members) {
  keep <- complete.cases(design$variables[members])
  subset(design, keep)
}

add_prevalence <- function(cohort, design, condition) {
  d <- known(design, condition)
  d <- update(d, y = as.numeric(d$variables[[condition]] == "yes"))
  m <- svymean(~y, d)
  record(set = "prevalence", cohort = cohort, condition = condition, estimate = coef(m)[[1]], se = SE(m)[[1]],
         df = degf(d), n = nrow(d$variables), events = sum(d$variables$y))
}

add_pair <- function(cohort, design, a, b) {
  d <- with_cells(design, a, b)
  m <- svymean(~c11 + c10 + c01 + c00, d)
  measures <- if (sum(d$variables$c11) > 0) names(pair_measures) else c("p_both", "phi", "jaccard")
  for (measure in measures) {
    value <- svycontrast(m, pair_measures[[measure]])
    record(set = "cooccurrence", cohort = cohort, a = a, b = b, measure = measure, estimate = coef(value)[[1]],
           se = SE(value)[[1]], df = degf(d), n = nrow(d$variables), n_a = sum(d$variables$ya),
           n_b = sum(d$variables$yb), n_both = sum(d$variables$c11))
  }
}

add_combinations <- function(cohort, design, members) {
  d <- known(design, members)
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
    events <- sum(d$variables[[cells[i]]])
    expected <- Reduce(function(x, y) bquote(.(x) * .(y)), lapply(seq_along(members), function(j) margin(j, grid[i, j] == 1)))
    observed <- as.name(cells[i])
    name <- if (any(grid[i, ] == 1)) paste(members[grid[i, ] == 1], collapse = " & ") else "none"
    parts <- list(prevalence = observed, expected_prevalence = expected)
    if (events > 0) parts$log_observed_expected <- bquote(log(.(observed) / (.(expected))))
    for (measure in names(parts)) {
      value <- svycontrast(m, parts[[measure]])
      record(set = "combinations", cohort = cohort, combination = name, measure = measure, estimate = coef(value)[[1]],
             se = SE(value)[[1]], df = degf(d), n = nrow(d$variables), events = events)
    }
  }
}

# One logistic model: the first condition by the second, adjusted.
add_model <- function(cohort, design, formula) {
  fit <- fit_logit(formula, design)
  used <- fit$survey.design
  labels <- term_levels(fit)
  for (i in seq_along(coef(fit))) {
    record(set = "coefficient", cohort = cohort, formula = deparse1(formula), term = labels$term[i],
           level = labels$level[i], estimate = coef(fit)[[i]], se = sqrt(diag(vcov(fit)))[[i]],
           n = sum(!is.na(fit$y)), design_df = degf(used))
  }
}

add_survey <- function(cohort, design, conditions, formula = NULL) {
  record(set = "design", cohort = cohort, n = nrow(design$variables), degf = degf(design),
         sum_of_weights = sum(weights(design, "sampling")))
  for (condition in conditions) add_prevalence(cohort, design, condition)
  for (pair in combn(conditions, 2, simplify = FALSE)) add_pair(cohort, design, pair[1], pair[2])
  add_combinations(cohort, design, conditions)
  if (!is.null(formula)) add_model(cohort, design, formula)
}

# ---- NHIS 2017, from the original file -----------------------------------------------------------------------

loaded <- new.env()
load(file.path(folder, "nhis_2017", "sampleAdult.rda"), loaded)
nhis <- as.data.frame(loaded[[ls(loaded)[1]]])
names(nhis) <- toupper(names(nhis))
numbers <- c("WTFA_SA", "PSTRAT", "PPSU", "SEX", "AGE_P", "AMIGR", "PAINLB", "PAINECK", "PAINFACE")
nhis <- as.data.frame(lapply(nhis[numbers], function(x) as.numeric(as.character(x))))
pain_items <- c(migraine = "AMIGR", low_back_pain = "PAINLB", neck_pain = "PAINECK", jaw_pain = "PAINFACE")
with_pain <- function(people) {
  for (name in names(pain_items)) people[[name]] <- yes_no(people[[pain_items[[name]]]])
  people$sex <- factor(people$SEX, 1:2, c("male", "female"))
  people$age_band <- cut(people$AGE_P, c(17, 34, 49, 64, Inf), labels = c("18-34", "35-49", "50-64", "65+"))
  people
}
nhis <- with_pain(nhis)
design <- svydesign(ids = ~PPSU, strata = ~PSTRAT, weights = ~WTFA_SA, nest = TRUE, data = nhis)
add_survey("nhis-2017", design, names(pain_items), neck_pain ~ low_back_pain + age_band + sex)

# ---- NHIS Native Hawaiian and Pacific Islander survey 2014, from the original fixed-width file ----------------

layout <- read.csv(file.path(folder, "nhis_2014_nhpi", "layout.csv"))
lines <- readLines(file.path(folder, "nhis_2014_nhpi", "samadult.dat"))
field <- function(name) {
  at <- layout[layout$variable == name, ]
  as.numeric(substr(lines, at$start, at$end))
}
wanted <- c("WTFA_SA", "VAR_STR", "VAR_PSU", "SEX", "AGE_P", "AMIGR", "PAINLB", "PAINECK", "PAINFACE")
nhpi <- with_pain(as.data.frame(sapply(wanted, field)))
design <- svydesign(ids = ~VAR_PSU, strata = ~VAR_STR, weights = ~WTFA_SA, nest = TRUE, data = nhpi)
add_survey("nhis-nhpi-2014", design, names(pain_items), neck_pain ~ low_back_pain + age_band + sex)

# ---- NHANES 2009-2010: six weeks, three months ----------------------------------------------------------------

read_nhanes <- function(part, table, columns) {
  rows <- read.csv(file.path(folder, part, paste0(table, ".csv.xz")), fileEncoding = "latin1", check.names = FALSE)
  rows[c("SEQN", columns)]
}
with_person <- function(people) {
  people$sex <- factor(people$RIAGENDR, 1:2, c("male", "female"))
  people$age_band <- cut(people$RIDAGEYR, c(-Inf, 34, 49, 64, Inf), labels = c("20-34", "35-49", "50-64", "65+"))
  people
}
person <- c("RIAGENDR", "RIDAGEYR", "SDMVSTRA", "SDMVPSU")
back <- merge(read_nhanes("nhanes_2009_2010_backpain", "DEMO_F", c(person, "WTINT2YR")),
              read_nhanes("nhanes_2009_2010_backpain", "ARQ_F", c("ARQ010", "ARQ020A", "ARQ020D", "ARQ024A", "ARQ024D")),
              by = "SEQN", all.x = TRUE)
asked <- !is.na(back$ARQ010)
six_weeks <- function(site) yes_no(ifelse(back$ARQ010 %in% 2, 2, ifelse(back$ARQ010 %in% 1, ifelse(is.na(site), 2, 1), NA)))
three_months <- function(weeks, lasted) yes_no(ifelse(weeks %in% "no", 2, ifelse(weeks %in% "yes", lasted, NA)))
back <- with_person(back)
back$neck_pain <- six_weeks(back$ARQ020A)
back$low_back_pain <- six_weeks(back$ARQ020D)
design <- subset(svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTINT2YR, nest = TRUE, data = back), asked)
add_survey("nhanes-2009-2010", design, c("low_back_pain", "neck_pain"), neck_pain ~ low_back_pain + age_band + sex)
back$neck_pain <- three_months(back$neck_pain, back$ARQ024A)
back$low_back_pain <- three_months(back$low_back_pain, back$ARQ024D)
design <- subset(svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTINT2YR, nest = TRUE, data = back), asked)
add_survey("nhanes-2009-2010 three-months", design, c("low_back_pain", "neck_pain"))

# ---- NHANES 2013 to March 2020: reasons for prescribed medicines ------------------------------------------------

part <- "nhanes_2013_2018_rx"
release <- function(demo, medicines, weight, share) {
  people <- read_nhanes(part, demo, c(person, weight))
  people$w <- people[[weight]] * share
  people[[weight]] <- NULL
  rows <- read_nhanes(part, medicines, c("RXDUSE", "RXDRSC1", "RXDRSC2", "RXDRSC3"))
  people$use <- rows$RXDUSE[match(people$SEQN, rows$SEQN)]
  for (name in names(reasons)) {
    hit <- Reduce(`|`, lapply(rows[3:5], function(x) startsWith(ifelse(is.na(x), "", as.character(x)), reasons[[name]])))
    people[[name]] <- yes_no(ifelse(people$use %in% 1:2, ifelse(people$SEQN %in% rows$SEQN[hit], 1, 2), NA))
  }
  people
}
reasons <- c(migraine = "G43", fibromyalgia = "M79.7", dorsalgia = "M54")
medicated <- with_person(rbind(release("DEMO_H", "RXQ_RX_H", "WTINT2YR", 2 / 7.2), release("DEMO_I", "RXQ_RX_I", "WTINT2YR", 2 / 7.2),
                               release("P_DEMO", "P_RXQ_RX", "WTINTPRP", 3.2 / 7.2)))
design <- subset(svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~w, nest = TRUE, data = medicated),
                 RIDAGEYR >= 20 & use %in% 1:2)
add_survey("nhanes-2013-2020-rx", design, names(reasons), migraine ~ fibromyalgia + age_band + sex)

# ---- CCHS samples, from the six original files -------------------------------------------------------------------

columns <- list("2001" = c("CCCA_041", "CCCA_061", "CCCA_081", "WTSAM", "DHHA_SEX"),
                "2003" = c("CCCC_041", "CCCC_061", "CCCC_081", "WTSC_M", "DHHC_SEX"),
                "2005" = c("CCCE_041", "CCCE_061", "CCCE_081", "WTSE_M", "DHHE_SEX"),
                "2010" = c("CCC_041", "CCC_061", "CCC_081", "WTS_M", "DHH_SEX"),
                "2014" = c("CCC_041", "CCC_061", "CCC_081", "WTS_M", "DHH_SEX"),
                "2015_2016" = c("CCC_045", "CCC_055", "CCC_140", "WTS_M", "DHH_SEX"))
cchs <- do.call(rbind, lapply(names(columns), function(cycle) {
  found <- new.env()
  load(file.path(folder, "cchs_pumf", paste0("cchs", cycle, "_p.RData")), found)
  setNames(as.data.frame(found[[ls(found)[1]]])[columns[[cycle]]], c("f", "b", "m", "w", "s"))
}))
cchs <- data.frame(migraine = yes_no(cchs$m), back_problems = yes_no(cchs$b), fibromyalgia = yes_no(cchs$f), w = cchs$w,
                   sex = factor(cchs$s, 1:2, c("male", "female")))
design <- svydesign(ids = ~1, weights = ~w, data = cchs)
add_survey("cchs", design, c("migraine", "back_problems", "fibromyalgia"), migraine ~ back_problems + sex)

# ---- CCHS Mental Health 2012, from the original file --------------------------------------------------------------

found <- new.env()
load(file.path(folder, "cchs_pumf", "cchsMH_2012.RData"), found)
cmh <- as.data.frame(found[[ls(found)[1]]])
words <- function(x) yes_no(as.character(x), "YES", "NO")
cmh <- data.frame(migraine = words(cmh$CCC_081), back_problems = words(cmh$CCC_061), chronic_fatigue = words(cmh$CCC_251),
                  w = cmh$WTS_M, sex = factor(as.character(cmh$DHH_SEX), c("MALE", "FEMALE"), c("male", "female")))
design <- svydesign(ids = ~1, weights = ~w, data = cmh)
add_survey("cchs-mental-health-2012", design, c("migraine", "back_problems", "chronic_fatigue"), migraine ~ back_problems + sex)

write_records("survey", "Design and weights as published. se of a log measure is on the log scale.")
