# A sparse panel with known severities: 120 persons, 2 of 6 raters each, 4 items, 5 categories.
# Run:  Rscript reference/stats/simulate-sparse.R > sparse.csv
RNGkind("Mersenne-Twister"); set.seed(20260101)
severity <- c(-0.9, -0.4, -0.1, 0.2, 0.4, 0.8); difficulty <- c(-0.6, -0.1, 0.2, 0.5); tau <- c(-1.8, -0.6, 0.7, 1.7)
cat("Person,Rater,Criterion,Score\n")
for (p in 1:120) {
  theta <- rnorm(1, 0.3, 1.2)
  for (r in sort(sample(6, 2))) for (i in 1:4) {
    eta <- cumsum(c(0, theta - severity[r] - difficulty[i] - tau))
    score <- sample(5, 1, prob = exp(eta - max(eta)))
    cat(sprintf("P%03d,R%d,C%d,%d\n", p, r, i, score))
  }
}
