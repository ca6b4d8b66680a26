# NHANES 1999-2004 pain cohort, built from the compressed CSV files alone.
# The folder comes from the environment variable COMORBID_DATA.

folder <- file.path(Sys.getenv("COMORBID_DATA"), "nhanes_1999_2004")
if (!dir.exists(folder)) stop("set COMORBID_DATA to the folder that holds nhanes_1999_2004")
cycles <- c("", "_B", "_C")

read_table <- function(table, columns) {
  parts <- lapply(cycles, function(suffix) {
    path <- file.path(folder, paste0(table, suffix, ".csv.xz"))
    rows <- read.csv(path, fileEncoding = "latin1", check.names = FALSE)
    for (missing in setdiff(columns, names(rows))) rows[[missing]] <- NA
    rows[c("SEQN", columns)]
  })
  do.call(rbind, parts)
}

letters32 <- c(LETTERS, paste0("A", LETTERS[1:6]))
sites <- paste0("MPQ120", letters32)
codes <- setNames(10:41, letters32)

demo <- read_table("DEMO", c("SDDSRVYR", "RIDSTATR", "RIAGENDR", "RIDAGEYR", "DMDEDUC2", "SDMVSTRA", "SDMVPSU",
                             "WTINT2YR", "WTINT4YR", "WTMEC2YR", "WTMEC4YR"))
pain <- read_table("MPQ", c("MPQ060", "MPQ070", "MPQ090", "MPQ100", "MPQ110", sites))
smoke <- read_table("SMQ", c("SMQ020", "SMQ040"))
body <- read_table("BMX", "BMXBMI")
people <- Reduce(function(x, y) merge(x, y, by = "SEQN", all.x = TRUE), list(pain, demo, smoke, body))
stopifnot(nrow(people) == nrow(pain), !anyDuplicated(people$SEQN))

# Six-year weights: two thirds of the four-year weight, one third of the last two-year weight.
first_four <- people$SDDSRVYR %in% 1:2
people$w6 <- ifelse(first_four, people$WTINT4YR * 2 / 3, people$WTINT2YR / 3)
people$wmec6 <- ifelse(first_four, people$WTMEC4YR * 2 / 3, people$WTMEC2YR / 3)
people$wmec4 <- ifelse(first_four, people$WTMEC4YR, 0)
for (w in c("w6", "wmec6", "wmec4")) people[[w]][is.na(people[[w]])] <- 0

# A two-level factor: "no" first; anything but 1 and 2 is missing.
yes_no <- function(code) factor(ifelse(code %in% 1:2, code, NA), levels = 2:1, labels = c("no", "yes"))
as_condition <- function(flag) factor(flag, levels = c(FALSE, TRUE), labels = c("no", "yes"))

people$neck_pain <- yes_no(people$MPQ060)
people$low_back_pain <- yes_no(people$MPQ070)
people$migraine <- yes_no(people$MPQ090)
people$over_24_hours <- yes_no(people$MPQ100)

# A site counts when its column holds that site's own code (column A also carries 77 and 99).
present <- sapply(letters32, function(l) !is.na(people[[paste0("MPQ120", l)]]) & people[[paste0("MPQ120", l)]] == codes[[l]])
any_of <- function(text) rowSums(present[, strsplit(text, " ")[[1]], drop = FALSE]) > 0

right <- any_of("C E G I K M O Q S U Y AC AE")
left <- any_of("D F H J L N P R T V Z AD AF")
axial <- any_of("W X Y Z K L M N AB")
above <- any_of("C D E F G H I J K L W X Y Z AC AD")
below <- any_of("M N O P Q R S T U V AE AF")
below_no_back <- any_of("O P Q R S T U V AE AF")
right_limb <- any_of("C E G I O Q S U AC AE")
left_limb <- any_of("D F H J P R T V AD AF")
head_face <- any_of("A B")

pain_now <- people$MPQ100 %in% 1
chronic <- pain_now & people$MPQ110 %in% 3:4
known <- people$MPQ100 %in% 2 | (pain_now & people$MPQ110 %in% 1:4)
people$chronic_pain <- as_condition(ifelse(known, chronic, NA))

# Rule F: a limb site (shoulder girdle and buttock among them) on the right, on the left, above and below the waist.
# The count of the codebook (438) is met by these four sides; a site in each of four quadrants gives fewer (F_quadrants).
limb_above <- any_of("C D E F G H I J AC AD")
limb_below <- any_of("O P Q R S T U V AE AF")
quadrants <- any_of("C E G I AC") & any_of("D F H J AD") & any_of("O Q S U AE") & any_of("P R T V AF")
rules <- list(
  A = chronic & right & left & axial & above & below,
  A_head = chronic & right & left & axial & (above | head_face) & below,
  B = chronic & right_limb & left_limb & axial & above & below,
  C = chronic & (right_limb | any_of("K")) & (left_limb | any_of("L")) & axial & (above | head_face) & below,
  D = pain_now & right & left & axial & above & below,
  E = chronic & right & left & axial & above & below_no_back,
  F = chronic & right_limb & left_limb & limb_above & limb_below,
  F_quadrants = chronic & quadrants
)
for (rule in names(rules)) people[[paste0("fibromyalgia_", rule)]] <- as_condition(ifelse(known, rules[[rule]], NA))
people$fibromyalgia <- people$fibromyalgia_A

people$sex <- factor(people$RIAGENDR, levels = 1:2, labels = c("male", "female"))
people$age <- people$RIDAGEYR
people$age_band <- cut(people$age, c(19, 34, 49, 64, Inf), labels = c("20-34", "35-49", "50-64", "65+"))
schooling <- c("less than high school", "high school", "some college", "college graduate")
people$education <- factor(schooling[c(1, 1, 2, 3, 4)[match(people$DMDEDUC2, 1:5)]], levels = schooling)
people$smoking <- factor(ifelse(people$SMQ020 %in% 2, "never",
                         ifelse(people$SMQ020 %in% 1 & people$SMQ040 %in% 3, "former",
                         ifelse(people$SMQ020 %in% 1 & people$SMQ040 %in% 1:2, "current", NA))),
                         levels = c("never", "former", "current"))
people$bmi <- people$BMXBMI
people$bmi_class <- cut(people$bmi, c(-Inf, 25, 30, Inf), right = FALSE, labels = c("under 25", "25-29.9", "30 and over"))
people$cycle <- factor(people$SDDSRVYR, levels = 1:3, labels = c("1999-2000", "2001-2002", "2003-2004"))

conditions <- c("migraine", "low_back_pain", "neck_pain", "fibromyalgia")
pairs <- combn(conditions, 2, simplify = FALSE)
