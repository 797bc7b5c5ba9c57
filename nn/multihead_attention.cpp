#include <gradus/nn/multihead_attention.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/dropout.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linear.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace {

/// scores [n, heads, l, s] with what the mask says; `shape` makes the mask broadcast to them.
Tensor masked(const Tensor& scores, const Tensor& mask, const Shape& shape) {
  if (!mask.defined()) return scores;
  const Tensor wide = reshape(mask, shape);
  if (mask.dtype() == boolean) return masked_fill(scores, wide, -std::numeric_limits<double>::infinity());
  require<DTypeError>(mask.dtype() == scores.dtype(), "a mask is {}; needs bool or {}", mask.dtype(),
                      scores.dtype());
  return scores + wide;
}

/// Sequences [l, n, heads * d] as [n, heads, l, d], or [n, l, ..] likewise: a view.
Tensor heads_of(const Tensor& x, std::int64_t heads, bool batch_first) {
  const Tensor split = reshape(x, {x.size(0), x.size(1), heads, x.size(2) / heads});
  return permute(split, batch_first ? Dims{0, 2, 1, 3} : Dims{1, 2, 0, 3});
}

/// The shape that [l, s] or [n * heads, l, s] broadcasts from to [n, heads, l, s].
Shape attention_shape(const Tensor& mask, std::int64_t n, std::int64_t heads, std::int64_t l,
                      std::int64_t s) {
  if (!mask.defined()) return {};
  const bool for_all = mask.shape() == Shape{l, s};
  require<ShapeError>(for_all || mask.shape() == Shape{n * heads, l, s}, "attn_mask is {}; needs {} or {}",
                      mask.shape(), Shape{l, s}, Shape{n * heads, l, s});
  return for_all ? Shape{1, 1, l, s} : Shape{n, heads, l, s};
}

Shape padding_shape(const Tensor& mask, std::int64_t n, std::int64_t s, bool batched) {
  if (!mask.defined()) return {};
  require<ShapeError>(mask.shape() == (batched ? Shape{n, s} : Shape(s)), "key_padding_mask is {}; needs {}",
                      mask.shape(), batched ? Shape{n, s} : Shape(s));
  return {n, 1, 1, s};
}

Parameter xavier(std::int64_t out, std::int64_t in, DType dtype) {
  return init::xavier_uniform_(empty({out, in}, dtype));
}

}  // namespace

MultiheadAttention::MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                                       const MultiheadAttentionOptions& o)
    : out_proj(std::max<std::int64_t>(embed_dim, 0), std::max<std::int64_t>(embed_dim, 0),
               {.bias = o.bias, .dtype = o.dtype}),
      embed_dim(embed_dim),
      num_heads(num_heads),
      options(o) {
  require(embed_dim > 0 && num_heads > 0 && embed_dim % num_heads == 0,
          "MultiheadAttention: num_heads = {} must divide embed_dim = {}", num_heads, embed_dim);
  require(o.dropout >= 0 && o.dropout <= 1, "MultiheadAttention: dropout = {}; it must lie in [0, 1]",
          o.dropout);
  const std::int64_t keys = o.kdim.value_or(embed_dim), values = o.vdim.value_or(embed_dim);
  require(keys > 0 && values > 0, "MultiheadAttention: kdim = {}, vdim = {}; both must be positive", keys,
          values);
  if (keys == embed_dim && values == embed_dim) {
    in_proj_weight = xavier(3 * embed_dim, embed_dim, o.dtype);
  } else {
    q_proj_weight = xavier(embed_dim, embed_dim, o.dtype);
    k_proj_weight = xavier(embed_dim, keys, o.dtype);
    v_proj_weight = xavier(embed_dim, values, o.dtype);
  }
  if (o.add_bias_kv) {
    bias_k = init::xavier_normal_(empty({1, 1, embed_dim}, o.dtype));
    bias_v = init::xavier_normal_(empty({1, 1, embed_dim}, o.dtype));
  }
  if (!o.bias) return;
  in_proj_bias = zeros({3 * embed_dim}, {.dtype = o.dtype});
  init::zeros_(out_proj.bias.detach());
}

void MultiheadAttention::check(const Tensor& query, const Tensor& key, const Tensor& value) const {
  const std::int64_t keys = options.kdim.value_or(embed_dim), values = options.vdim.value_or(embed_dim);
  const bool ranks =
      (query.rank() == 2 || query.rank() == 3) && key.rank() == query.rank() && value.rank() == query.rank();
  require<ShapeError>(
      ranks && query.size(-1) == embed_dim && key.size(-1) == keys && value.size(-1) == values,
      "query is {}, key {} and value {}; need [{}, {}], [{}, {}] and [{}, {}]", query.shape(), key.shape(),
      value.shape(), query.rank() == 2 ? "l" : "l, n", embed_dim, query.rank() == 2 ? "s" : "s, n", keys,
      query.rank() == 2 ? "s" : "s, n", values);
  Shape of_keys = key.shape(), of_values = value.shape();
  of_keys.back() = of_values.back() = 1;
  require<ShapeError>(of_keys == of_values, "key is {} and value {}; all but the last dimension must agree",
                      key.shape(), value.shape());
  if (query.rank() == 2) return;
  const std::int64_t batch = options.batch_first ? 0 : 1;
  require<ShapeError>(query.size(batch) == key.size(batch), "query is {} and key {}; dimension {} must agree",
                      query.shape(), key.shape(), batch);
}

MultiheadAttention::Projected MultiheadAttention::project(const Tensor& query, const Tensor& key,
                                                          const Tensor& value) const {
  const auto part = [&](const Tensor& all, std::int64_t i) {
    return all.defined() ? narrow(all, 0, i * embed_dim, embed_dim) : Tensor(all);
  };
  const Tensor b[]{part(in_proj_bias, 0), part(in_proj_bias, 1), part(in_proj_bias, 2)};
  if (!in_proj_weight.defined())
    return {linear(query, q_proj_weight, b[0]), linear(key, k_proj_weight, b[1]),
            linear(value, v_proj_weight, b[2])};
  if (query.impl() == key.impl() && key.impl() == value.impl()) {  // one product for all three
    const auto all = chunk(linear(query, in_proj_weight, in_proj_bias), 3, -1);
    return {all[0], all[1], all[2]};
  }
  return {linear(query, part(in_proj_weight, 0), b[0]), linear(key, part(in_proj_weight, 1), b[1]),
          linear(value, part(in_proj_weight, 2), b[2])};
}

MultiheadAttention::Projected MultiheadAttention::added(std::int64_t n) const {
  const Shape one{n, num_heads, 1, embed_dim / num_heads};
  std::vector<Tensor> keys, values;
  const auto add = [&](const Tensor& key, const Tensor& value) {
    keys.push_back(expand(heads_of(key, num_heads, true), one));
    values.push_back(expand(heads_of(value, num_heads, true), one));
  };
  if (options.add_bias_kv) add(bias_k, bias_v);
  const Tensor nothing = zeros({1, 1, embed_dim}, {.dtype = out_proj.weight.dtype()});
  if (options.add_zero_attn) add(nothing, nothing);
  if (keys.empty()) return {};
  return {{}, cat(keys, 2), cat(values, 2)};
}

AttentionResult MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                               const AttentionCall& call, SourceLocation at) const {
  const OpScope scope("MultiheadAttention", at);
  check(query, key, value);
  const bool batched = query.rank() == 3, batch_first = options.batch_first || !batched;
  Projected in = project(query, key, value);
  if (!batched) in = {unsqueeze(in.q, 0), unsqueeze(in.k, 0), unsqueeze(in.v, 0)};
  const Tensor q = heads_of(in.q, num_heads, batch_first), k = heads_of(in.k, num_heads, batch_first);
  Tensor v = heads_of(in.v, num_heads, batch_first);
  const std::int64_t n = q.size(0), l = q.size(2), s = k.size(2);
  const double scale = 1 / std::sqrt(static_cast<double>(embed_dim / num_heads));
  Tensor scores = matmul(q * scale, transpose(k, -2, -1));  // [n, heads, l, s]
  scores = masked(scores, call.attn_mask, attention_shape(call.attn_mask, n, num_heads, l, s));
  scores = masked(scores, call.key_padding_mask, padding_shape(call.key_padding_mask, n, s, batched));
  if (const Projected more = added(n); more.k.defined()) {
    scores = cat({scores, matmul(q * scale, transpose(more.k, -2, -1))}, -1);
    v = cat({v, more.v}, 2);
  }
  const Tensor weights = dropout(softmax(scores, -1), options.dropout, training);
  const Tensor mixed = permute(matmul(weights, v), batch_first ? Dims{0, 2, 1, 3} : Dims{2, 0, 1, 3});
  const Tensor y = out_proj(reshape(mixed, {mixed.size(0), mixed.size(1), embed_dim}), at);
  AttentionResult result{observed(*this, query, batched ? y : squeeze(y, 0)), {}};
  if (!call.need_weights) return result;
  result.weights = call.average_attn_weights ? mean(weights, 1) : weights;
  if (!batched) result.weights = squeeze(result.weights, 0);
  return result;
}

std::string MultiheadAttention::describe() const {
  return fmt::format("{}, {}{}{}{}{}{}", embed_dim, num_heads, options.bias ? "" : ", bias=false",
                     options.dropout == 0 ? "" : fmt::format(", dropout={}", options.dropout),
                     options.batch_first ? ", batch_first=true" : "",
                     options.add_bias_kv ? ", add_bias_kv=true" : "",
                     options.add_zero_attn ? ", add_zero_attn=true" : "");
}

}  // namespace gradus::nn
