# Writes the small public data sets that the reference cases need, as CSV with 17 significant digits.
# Rscript export_data.R [folder]; the default folder is data/ beside this script.

here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
folder <- if (length(commandArgs(TRUE))) commandArgs(TRUE)[1] else file.path(here, "data")
dir.create(folder, showWarnings = FALSE)

from <- function(name, package) {
  shelf <- new.env()
  data(list = name, package = package, envir = shelf)
  as.list(shelf)
}

shortest <- function(x) {
  if (!is.numeric(x)) return(as.character(x))
  text <- sprintf("%.15g", x)
  long <- !is.na(x)
  long[long] <- as.numeric(text[long]) != x[long]
  text[long] <- sprintf("%.17g", x[long])
  ifelse(is.na(x), NA, text)
}

keep <- function(frame, file, packed = FALSE) {
  frame[] <- lapply(frame, shortest)
  path <- file.path(folder, file)
  target <- if (packed) xzfile(path, "w") else file(path, "w")
  write.csv(frame, target, row.names = FALSE, quote = FALSE, na = "")
  close(target)
}

api <- from("api", "survey")
columns <- c("dnum", "snum", "stype", "api00", "sch.wide", "comp.imp", "ell", "meals", "mobility", "enroll", "pw", "fpc")
keep(api$apistrat[columns], "apistrat.csv")
keep(api$apiclus1[columns], "apiclus1.csv")
keep(api$apiclus2[c(setdiff(columns, "fpc"), "fpc1", "fpc2")], "apiclus2.csv")
nhanes <- from("nhanes", "survey")$nhanes
levels(nhanes$agecat) <- c("0-19", "20-39", "40-59", "60+")
keep(nhanes, "nhanes_2009_2010.csv.xz", packed = TRUE)
keep(from("scd", "survey")$scd, "scd.csv")

keep(from("birthwt", "MASS")$birthwt, "birthwt.csv")
keep(from("menarche", "MASS")$menarche, "menarche.csv")
keep(from("housing", "MASS")$housing, "housing.csv")
keep(from("Mroz", "carData")$Mroz, "mroz.csv")
keep(from("plasma", "HSAUR3")$plasma, "plasma.csv")
keep(from("SpaceShuttle", "vcd")$SpaceShuttle, "space_shuttle.csv")
keep(from("nodal", "boot")$nodal, "nodal.csv")
keep(from("lizards", "brglm2")$lizards, "lizards.csv")
keep(from("endometrial", "brglm2")$endometrial, "endometrial.csv")
dayton <- from("DaytonSurvey", "vcdExtra")$DaytonSurvey
dayton <- aggregate(Freq ~ cigarette + alcohol + marijuana, dayton, sum)
keep(dayton[c("alcohol", "cigarette", "marijuana", "Freq")], "dayton_survey.csv")
keep(datasets::esoph, "esoph.csv")
keep(datasets::infert, "infert.csv")
keep(as.data.frame(datasets::UCBAdmissions), "ucb_admissions.csv")
keep(from("bdendo", "Epi")$bdendo, "bdendo.csv")
keep(from("bdendo11", "Epi")$bdendo11, "bdendo11.csv")
keep(from("pneumo", "VGAM")$pneumo, "pneumo.csv")
keep(data.frame(dose = c(1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839),
                n = c(59, 60, 62, 56, 63, 59, 62, 60), dead = c(6, 13, 18, 28, 52, 53, 61, 60)), "beetles.csv")
keep(data.frame(x = c(1, 0), n = c(12, 50), y = c(12, 20)), "zero_cell.csv")
