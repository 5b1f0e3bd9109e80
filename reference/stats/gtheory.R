# Variance components by R's lme4 (REML), complete and with missing cells, as a golden file.
# Run:  Rscript reference/stats/gtheory.R > packages/stats/src/fixtures/gtheory.golden.json
suppressMessages({ library(lme4); library(jsonlite) })
RNGkind("Mersenne-Twister"); set.seed(11)
np <- 60; nr <- 6; ni <- 8
d <- expand.grid(p = 1:np, r = 1:nr, i = 1:ni)
sd <- list(p = 1, r = .5, i = .4, pr = .7, pi = .4, ri = .3, e = .8)
e <- function(f, s) { f <- as.integer(factor(f)); rnorm(max(f), 0, s)[f] }
d$x <- round(3 + e(d$p, sd$p) + e(d$r, sd$r) + e(d$i, sd$i) + e(paste(d$p, d$r), sd$pr) + e(paste(d$p, d$i), sd$pi) +
               e(paste(d$r, d$i), sd$ri) + rnorm(nrow(d), 0, sd$e), 3)
holes <- d[runif(nrow(d)) < .7, ]
fit <- function(d) {
  m <- lmer(x ~ 1 + (1 | p) + (1 | r) + (1 | i) + (1 | p:r) + (1 | p:i) + (1 | r:i), d,
            control = lmerControl(optCtrl = list(ftol_abs = 1e-14, xtol_abs = 1e-14)))
  v <- as.data.frame(VarCorr(m)); setNames(as.list(v$vcov), v$grp)
}
write(toJSON(list(source = paste("R", paste(R.version$major, R.version$minor, sep = "."), "lme4", packageVersion("lme4"), "REML"),
  complete = list(data = as.matrix(d), components = fit(d)),
  missing = list(data = as.matrix(holes), components = fit(holes))), digits = 10, auto_unbox = TRUE), stdout())
