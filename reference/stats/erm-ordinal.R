# Two other estimators on mfrmr's example, as a golden file for packages/stats/src/mfrm/other-estimators.test.ts.
# Run:  Rscript reference/stats/erm-ordinal.R packages/stats/src/fixtures/mfrmr-core.csv OUT.json
#
# eRm (LRSM): the same rating scale model by conditional maximum likelihood. Every rater × item pair is a virtual item whose
# location is severity + difficulty; its steps are shared. ordinal (clmm): a cumulative logit model with persons at random, which
# is another model on the same data: only orderings and proportions can be compared.
suppressMessages({ library(eRm); library(ordinal); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
data <- read.csv(args[1])
names(data) <- tolower(names(data))
item <- if ("criterion" %in% names(data)) "criterion" else "item"
data$rater <- as.character(data$rater); data$item <- as.character(data[[item]]); data$person <- as.character(data$person)
raters <- sort(unique(data$rater)); items <- sort(unique(data$item)); persons <- sort(unique(data$person))
pairs <- expand.grid(rater = raters, item = items, stringsAsFactors = FALSE)

X <- matrix(NA_integer_, length(persons), nrow(pairs))
low <- min(data$score)
for (n in seq_len(nrow(data))) {
  column <- which(pairs$rater == data$rater[n] & pairs$item == data$item[n])
  X[match(data$person[n], persons), column] <- data$score[n] - low
}
m <- max(X, na.rm = TRUE)

# eRm's basic parameters are easiness sums: for category h of virtual item i, beta = -(h * location + tau_1 + ... + tau_h).
effect <- function(values, at) { out <- rep(0, length(values) - 1); if (at < length(values)) out[at] <- 1 else out[] <- -1; out }
rows <- list()
for (i in seq_len(nrow(pairs))) for (h in seq_len(m)) {
  step <- rep(0, m - 1)  # tau_1 .. tau_m sum to zero; the sum up to m is zero
  if (h < m) step[seq_len(h)] <- 1
  rows[[length(rows) + 1]] <- -c(h * effect(raters, match(pairs$rater[i], raters)), h * effect(items, match(pairs$item[i], items)), step)
}
W <- do.call(rbind, rows)
fit <- LPCM(X, W = W, sum0 = FALSE, se = TRUE)
eta <- fit$etapar; covariance <- solve(fit$hessian)
nr <- length(raters) - 1; ni <- length(items) - 1
expand <- function(index) {
  free <- eta[index]; v <- covariance[index, index, drop = FALSE]
  list(estimate = unname(c(free, -sum(free))), se = unname(sqrt(c(diag(v), sum(v)))))
}
r <- expand(seq_len(nr)); it <- expand(nr + seq_len(ni)); s <- expand(nr + ni + seq_len(m - 1))

data$ordered <- factor(data$score, ordered = TRUE)
data$rater <- factor(data$rater); data$item <- factor(data$item)
mixed <- clmm(ordered ~ rater + item + (1 | person), data = data, nAGQ = 15,
              contrasts = list(rater = "contr.sum", item = "contr.sum"))
b <- coef(mixed)
rb <- b[grep("^rater", names(b))]; ib <- b[grep("^item", names(b))]
write_json(list(
  source = paste0("R packages eRm ", packageVersion("eRm"), " and ordinal ", packageVersion("ordinal"), " on ", R.version.string),
  erm = list(
    logLik = fit$loglik,
    raters = data.frame(id = raters, measure = r$estimate, se = r$se),
    items = data.frame(id = items, measure = it$estimate, se = it$se),
    steps = data.frame(category = low + seq_len(m), measure = s$estimate, se = s$se)),
  ordinal = list(
    # A positive coefficient raises scores: severity is its negative.
    raters = data.frame(id = raters, measure = unname(-c(rb, -sum(rb)))),
    items = data.frame(id = items, measure = unname(-c(ib, -sum(ib)))),
    persons = data.frame(id = rownames(ranef(mixed)$person), measure = ranef(mixed)$person[, 1]))
), args[2], digits = 8, pretty = TRUE, auto_unbox = TRUE)
