# Agreement statistics through R's psych (ICC), irr (kappas, alpha), vcd (kappas' errors) and irrCAC (Gwet's coefficients), as a golden file.
# Run:  Rscript reference/stats/agreement.R > packages/stats/src/fixtures/agreement.golden.json
suppressMessages({ library(psych); library(irr); library(irrCAC); library(vcd); library(jsonlite) })
RNGkind("Mersenne-Twister"); set.seed(7)

shrout <- matrix(c(9,2,5,8, 6,1,3,2, 8,4,6,8, 7,1,2,6, 10,5,6,9, 6,2,4,7), ncol = 4, byrow = TRUE)  # Shrout & Fleiss 1979, table 2
kripp <- matrix(c(1,2,3,3,2,1,4,1,2,NA,NA,NA, 1,2,3,3,2,2,4,1,2,5,NA,NA, NA,3,3,3,2,3,4,2,2,5,1,3, 1,2,3,3,2,4,4,1,2,5,1,NA),
                nrow = 4, byrow = TRUE)  # Krippendorff 2011, raters in rows
truth <- sample(5, 40, replace = TRUE, prob = c(1, 2, 4, 3, 1))
made <- sapply(1:4, function(r) pmin(5, pmax(1, truth + sample(-1:1, 40, replace = TRUE, prob = c(1, 3, 1)))))
holes <- made; holes[sample(length(holes), 30)] <- NA; holes[1, ] <- made[1, ]
data(diagnoses)
codes <- sapply(diagnoses, function(column) as.integer(factor(column, levels = sort(unique(unlist(lapply(diagnoses, as.character)))))))

iccs <- function(x) {
  out <- suppressMessages(suppressWarnings(ICC(x, lmer = FALSE)))$results
  data.frame(form = c("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"), value = out$ICC, lower = out[["lower bound"]], upper = out[["upper bound"]], f = out$F, p = out$p)
}
# irr 0.84.1 divides by 1 instead of m - 1 when no rating is missing; a unit with a single rating changes nothing but that.
alphas <- function(x) sapply(c("nominal", "ordinal", "interval", "ratio"), function(m) kripp.alpha(cbind(t(x), c(x[1, 1], rep(NA, ncol(x) - 1))), m)$value)
cac <- function(x) {
  out <- list()
  for (w in c("unweighted", "linear", "quadratic", "ordinal")) {
    g <- gwet.ac1.raw(x, weights = w)$est; f <- fleiss.kappa.raw(x, weights = w)$est; b <- bp.coeff.raw(x, weights = w)$est
    out[[w]] <- list(gwet = list(value = g$coeff.val, se = g$coeff.se), fleiss = list(value = f$coeff.val, se = f$coeff.se),
                     bp = list(value = b$coeff.val, se = b$coeff.se))
  }
  out
}
kappas <- function(a, b) {
  out <- list()
  for (w in c("unweighted", "equal", "squared")) { k <- kappa2(cbind(a, b), w); out[[w]] <- list(value = k$value, z = k$statistic) }
  v <- Kappa(table(factor(a, 1:5), factor(b, 1:5)), weights = "Fleiss-Cohen")
  out$vcd <- list(se = v$Unweighted[["ASE"]], seSquared = v$Weighted[["ASE"]])
  out
}
write(toJSON(list(
  source = paste("R", paste(R.version$major, R.version$minor, sep = "."), "psych", packageVersion("psych"), "irr", packageVersion("irr"), "irrCAC", packageVersion("irrCAC"), "vcd", packageVersion("vcd")),
  shrout = list(data = shrout, icc = iccs(shrout)),
  made = list(data = made, icc = iccs(made), alpha = as.list(alphas(made)), cac = cac(made), kappa = kappas(made[, 1], made[, 2])),
  holes = list(data = holes, alpha = as.list(alphas(holes)), cac = cac(holes)),
  kripp = list(data = t(kripp), alpha = as.list(alphas(t(kripp))), cac = cac(t(kripp))),
  diagnoses = list(data = codes, fleiss = kappam.fleiss(codes)$value)
), digits = 12, auto_unbox = TRUE, na = "null"), stdout())
