# Seconds that mfrmr's fit takes on a CSV of person, rater, item, score; prints milliseconds as JSON.
suppressMessages(library(mfrmr))
data <- read.csv(commandArgs(trailingOnly = TRUE)[1], colClasses = c("character", "character", "character", "integer"))
time <- function(method) {
  began <- Sys.time()
  suppressWarnings(suppressMessages(fit_mfrm(data, "person", c("rater", "item"), "score", method = method, model = "RSM")))
  1000 * as.numeric(difftime(Sys.time(), began, units = "secs"))
}
cat(sprintf('{"version": "mfrmr %s, %s", "jml": %.1f, "mml": %.1f}\n', packageVersion("mfrmr"), R.version.string, time("JML"), time("MML")))
