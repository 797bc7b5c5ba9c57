#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <gradus/nn/linear.hpp>

namespace gradus::nn {

/// Options of `MultiheadAttention`.
struct MultiheadAttentionOptions {
  double dropout = 0;  ///< of the attention weights, in training
  bool bias = true;
  std::optional<std::int64_t> kdim = {}, vdim = {};  ///< sizes of keys and values; embed_dim unless given
  bool batch_first = false;                          ///< sequences are [n, t, ..], not [t, n, ..]
  bool add_bias_kv = false;    ///< a learned key and value, bias_k and bias_v, behind those of each sequence
  bool add_zero_attn = false;  ///< a key and value of zeros behind them all
  DType dtype = float32;
};

/// What a call of `MultiheadAttention` may be given beside its inputs. Masks are bool, true where not to
/// look, or floating and added to the scores.
struct AttentionCall {
  Tensor key_padding_mask = {};      ///< [n, s] (or [s]): keys that are padding
  Tensor attn_mask = {};             ///< [l, s] for all, or [n * heads, l, s]
  bool need_weights = true;          ///< whether attention weights are returned
  bool average_attn_weights = true;  ///< over the heads
};

/// The result, and the attention weights, [n, l, s] or, not averaged, [n, heads, l, s]; undefined unless
/// asked for.
struct AttentionResult {
  Tensor output;
  Tensor weights;
};

/// Multi-head attention (Vaswani et al. 2017): with embed_dim / num_heads = d for each head,
/// softmax(q k' / sqrt(d) + masks) v, where q, k and v are projections of query [l, n, embed_dim], key
/// [s, n, kdim] and value [s, n, vdim] ([n, l, ..] and [n, s, ..] if batch_first; without n for one
/// sequence); the heads side by side are projected once more: [l, n, embed_dim].
///
/// in_proj_weight [3 embed_dim, embed_dim] starts Xavier-uniform, or q_proj_weight, k_proj_weight and
/// v_proj_weight if kdim or vdim differ; in_proj_bias and out_proj.bias start as 0, bias_k and bias_v
/// [1, 1, embed_dim] Xavier-normal. Masks do not cover what add_bias_kv and add_zero_attn add, weights do. A
/// query that may look at nothing gives NaN.
class MultiheadAttention {
 public:
  /// Throws ValueError unless num_heads divides embed_dim, sizes are positive and 0 <= dropout <= 1.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                     const MultiheadAttentionOptions& options = {});

  /// Throws ShapeError or DTypeError for what does not fit.
  AttentionResult operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const AttentionCall& call = {},
                             SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("q_proj_weight", q_proj_weight);
    v("k_proj_weight", k_proj_weight);
    v("v_proj_weight", v_proj_weight);
    v("in_proj_weight", in_proj_weight);
    v("in_proj_bias", in_proj_bias);
    v("bias_k", bias_k);
    v("bias_v", bias_v);
    v("out_proj", out_proj);
    v("training", training);
  }
  std::string describe() const;

  Parameter in_proj_weight;  ///< undefined if the next three are there
  Parameter q_proj_weight, k_proj_weight, v_proj_weight;
  Parameter in_proj_bias;    ///< undefined without
  Parameter bias_k, bias_v;  ///< likewise
  Linear out_proj;
  Training training;
  std::int64_t embed_dim, num_heads;
  MultiheadAttentionOptions options;

 private:
  struct Projected {
    Tensor q, k, v;
  };
  /// Keys and values [n, heads, t, d] that are there beside those of the sequences; undefined if none are.
  Projected added(std::int64_t n) const;
  Projected project(const Tensor& query, const Tensor& key, const Tensor& value) const;
  void check(const Tensor& query, const Tensor& key, const Tensor& value) const;
};

}  // namespace gradus::nn
