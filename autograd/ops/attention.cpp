#include <gradus/autograd/ops/attention.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/dropout.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

void check(const Tensor& query, const Tensor& key, const Tensor& value) {
  require<ShapeError>(query.rank() >= 2 && key.rank() >= 2 && value.rank() >= 2 &&
                          query.size(-1) == key.size(-1) && key.size(-2) == value.size(-2),
                      "query is {}, key {} and value {}; need [.., l, e], [.., s, e] and [.., s, f]",
                      query.shape(), key.shape(), value.shape());
  require<DTypeError>(query.dtype() == key.dtype() && key.dtype() == value.dtype(),
                      "query is {}, key {} and value {}; dtypes are not mixed silently", query.dtype(),
                      key.dtype(), value.dtype());
}

/// Which keys each query may look at; undefined if all.
Tensor allowed(const Tensor& scores, const AttentionOptions& options) {
  Tensor open;
  if (options.is_causal) open = arange(scores.size(-1)) <= unsqueeze(arange(scores.size(-2)), 1);
  if (!options.mask.defined() || options.mask.dtype() != boolean) return open;
  return open.defined() ? open & options.mask : options.mask;
}

/// softmax over the keys that are open, and 0 for the others.
Tensor weights(const Tensor& scores, const Tensor& open) {
  if (!open.defined()) return softmax(scores, -1);
  // Where nothing is open, softmax sees zeros instead, which keeps NaN out of every order of derivative.
  const Tensor some = any(open, -1, true);
  const Tensor closed =
      where(some, -std::numeric_limits<double>::infinity(), zeros({}, {.dtype = scores.dtype()}));
  return where(some, softmax(where(open, scores, closed), -1), 0);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options, SourceLocation at) {
  const OpScope scope("scaled_dot_product_attention", at);
  check(query, key, value);
  require(options.dropout_p >= 0 && options.dropout_p <= 1, "dropout_p is {}; it must lie in [0, 1]",
          options.dropout_p);
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  Tensor scores = matmul(query * scale, transpose(key, -2, -1));
  if (options.mask.defined()) {
    require<ShapeError>(broadcastable_to(options.mask.shape(), scores.shape()),
                        "the mask is {}; it must broadcast to the scores {}", options.mask.shape(),
                        scores.shape());
    require<DTypeError>(options.mask.dtype() == boolean || options.mask.dtype() == scores.dtype(),
                        "the mask is {}; needs bool or {}", options.mask.dtype(), scores.dtype());
    if (options.mask.dtype() != boolean) scores = scores + options.mask;
  }
  const Tensor attention = weights(scores, allowed(scores, options));
  return matmul(dropout(attention, options.dropout_p, true, options.generator), value);
}

}  // namespace gradus
