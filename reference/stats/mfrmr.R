# Many-facet Rasch estimates of the R package mfrmr, as golden files.
# Run:  Rscript reference/stats/mfrmr.R core.csv sparse.csv OUT_DIR
# core.csv is mfrmr's own example (Person, Rater, Criterion, Score); sparse.csv is made by simulate-sparse.R.
# mfrmr 0.2.2 needs cpp11 > 0.4.3; with Debian 12's, cast the two element-to-element copies in src/mml_backend.cpp.
suppressMessages({ library(mfrmr); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
sets <- c(core = args[1], sparse = args[2])

pick <- function(frame, names) { frame <- as.data.frame(frame); frame[, intersect(names, colnames(frame)), drop = FALSE] }

run <- function(data, model, method, points) {
  if (model == "PCM") {
    fit <- fit_mfrm(data, "Person", c("Rater", "Criterion"), "Score", method = method, model = model,
                    step_facet = "Criterion", quad_points = points, reltol = 1e-12, maxit = 2000)
  } else {
    fit <- fit_mfrm(data, "Person", c("Rater", "Criterion"), "Score", method = method, model = model,
                    quad_points = points, reltol = 1e-12, maxit = 2000)
  }
  diagnosis <- diagnose_mfrm(fit)
  fair <- as.data.frame(fair_average_table(fit)$stacked)
  list(
    source = paste("R package mfrmr", packageVersion("mfrmr"), "on", R.version.string),
    model = model, method = method, quadrature = points,
    logLik = fit$summary$LogLik, converged = fit$summary$Converged,
    measures = pick(diagnosis$measures, c("Facet", "Level", "Estimate", "SE", "Infit", "Outfit", "N", "ObservedAverage", "ExpectedAverage", "Extreme")),
    steps = as.data.frame(fit$steps),
    reliability = pick(diagnosis$reliability, c("Facet", "Levels", "SD", "RMSE", "Separation", "Strata", "Reliability")),
    fair = fair
  )
}

for (name in names(sets)) {
  data <- read.csv(sets[[name]], colClasses = c("character", "character", "character", "integer"))
  for (model in c("RSM", "PCM")) for (method in c("JML", "MML")) {
    points <- if (name == "core") 31 else 61
    out <- run(data, model, method, points)
    file <- file.path(args[3], paste0("mfrmr-", name, "-", tolower(model), "-", tolower(method), ".golden.json"))
    write(toJSON(out, digits = 10, auto_unbox = TRUE, na = "null"), file)
    cat(file, "\n")
  }
}
