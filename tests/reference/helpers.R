# Shared by every script of this folder: where the script lies, and a JSON writer
# that keeps 17 significant digits and puts one record on one line.

Sys.setenv(TZ = "UTC")

script_path <- function() {
  flag <- grep("^--file=", commandArgs(FALSE), value = TRUE)
  if (length(flag) == 1) normalizePath(sub("^--file=", "", flag)) else stop("run with Rscript")
}

# First command-line argument, or <script name>.json beside the script.
output_path <- function() {
  given <- commandArgs(TRUE)
  if (length(given) >= 1) given[1] else sub("\\.R$", ".json", script_path())
}

json_string <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  paste0("\"", gsub("\n", "\\n", x, fixed = TRUE), "\"")
}

json_scalar <- function(x) {
  if (is.null(x) || is.na(x)) return("null")
  if (is.logical(x)) return(if (x) "true" else "false")
  if (is.character(x) || is.factor(x)) return(json_string(as.character(x)))
  if (is.infinite(x)) return(json_string(if (x > 0) "inf" else "-inf"))
  if (x == round(x) && abs(x) < 2^53) return(sprintf("%.0f", x))
  sprintf("%.17g", x)
}

json_value <- function(x) {
  if (is.list(x)) {
    if (is.null(names(x))) return(paste0("[", paste(vapply(x, json_value, ""), collapse = ", "), "]"))
    keys <- vapply(names(x), json_string, "")
    return(paste0("{", paste0(keys, ": ", vapply(x, json_value, ""), collapse = ", "), "}"))
  }
  if (is.matrix(x)) return(json_value(lapply(seq_len(nrow(x)), function(i) as.vector(x[i, ]))))
  if (length(x) == 1 && !inherits(x, "AsIs")) return(json_scalar(x))
  paste0("[", paste(vapply(seq_along(x), function(i) json_scalar(x[[i]]), ""), collapse = ", "), "]")
}

versions <- function(packages) {
  found <- lapply(packages, function(p) as.character(packageVersion(p)))
  c(list(R = paste(R.version$major, R.version$minor, sep = ".")), setNames(found, packages))
}

# The collector: record(...) adds one flat record, write_records() writes them all.
collected <- new.env()
collected$records <- list()

record <- function(...) {
  collected$records[[length(collected$records) + 1]] <- list(...)
  invisible(NULL)
}

write_records <- function(packages, note, path = output_path()) {
  meta <- list(script = basename(script_path()), versions = versions(packages), note = note)
  lines <- vapply(collected$records, json_value, "")
  text <- c(paste0("{\"meta\": ", json_value(meta), ","), "\"records\": [", paste(lines, collapse = ",\n"), "]}")
  writeLines(text, path, useBytes = TRUE)
  message(length(lines), " records written to ", basename(path))
}
