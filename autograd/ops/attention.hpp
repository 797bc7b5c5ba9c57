#pragma once

#include <optional>

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `scaled_dot_product_attention`.
struct AttentionOptions {
  /// Broadcast to [.., l, s]: bool, true where a query may look at a key; or floating, added to the scores
  /// (a row of -infinity gives NaN).
  Tensor mask = {};
  /// Query i may look at keys 0, ..., i only.
  bool is_causal = false;
  /// Each weight becomes 0 with this probability, and the others grow by 1 / (1 - p); one call of
  /// `generator`.
  double dropout_p = 0;
  /// Factor of the scores; 1 / sqrt(e) unless given.
  std::optional<double> scale = {};
  Generator* generator = nullptr;  ///< null means `default_generator()`
};

/// softmax(q k^T scale + mask) v (Vaswani et al. 2017, equation 1), over the last dimension of the scores:
/// query [.., l, e], key [.., s, e], value [.., s, f] -> [.., l, f], with leading dimensions broadcast. A
/// query that may look at nothing gets zeros, and no gradient. Throws ShapeError for what does not fit,
/// DTypeError unless all have one floating dtype, ValueError unless 0 <= dropout_p <= 1.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {},
                                    SourceLocation at = SourceLocation::current());

}  // namespace gradus
