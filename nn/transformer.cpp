#include <gradus/nn/transformer.hpp>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace {

MultiheadAttentionOptions attention(const TransformerLayerOptions& o) {
  return {.dropout = o.dropout, .batch_first = o.batch_first, .dtype = o.dtype};
}

LayerNorm norm_of(std::int64_t d_model, const TransformerLayerOptions& o) {
  return LayerNorm{d_model, {.eps = o.layer_norm_eps, .dtype = o.dtype}};
}

Linear checked_linear(std::int64_t in, std::int64_t out, const TransformerLayerOptions& o) {
  require(o.dim_feedforward > 0, "dim_feedforward = {}; it must be positive", o.dim_feedforward);
  return Linear{in, out, {.dtype = o.dtype}};
}

/// linear2(dropout(activation(linear1(x)))).
template <class Layer>
Tensor feedforward(const Layer& layer, const Tensor& x, const SourceLocation& at) {
  const Tensor wide = layer.linear1(x, at);
  const Tensor active = layer.activation == TransformerActivation::gelu ? gelu(wide) : relu(wide);
  return layer.linear2(layer.dropout(active, at), at);
}

/// x with the result of `branch` added: of the norm of x if norm_first, else all of it is normalised.
template <class Branch>
Tensor residual(const Tensor& x, const LayerNorm& norm, const Dropout& dropout, bool norm_first,
                const SourceLocation& at, Branch branch) {
  if (norm_first) return x + dropout(branch(norm(x, at)), at);
  return norm(x + dropout(branch(x), at), at);
}

template <class Layer>
std::vector<Layer> copies(const Layer& layer, std::int64_t count) {
  require(count >= 1, "num_layers = {}; needs at least 1", count);
  std::vector<Layer> layers;
  for (std::int64_t i = 0; i < count; ++i) layers.push_back(clone(layer));
  return layers;
}

}  // namespace

Tensor causal_mask(std::int64_t size) {
  const Tensor place = arange(size);
  return unsqueeze(place, 0) > unsqueeze(place, 1);
}

TransformerEncoderLayer::TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead,
                                                 const TransformerLayerOptions& o)
    : self_attn(d_model, nhead, attention(o)),
      linear1(checked_linear(d_model, o.dim_feedforward, o)),
      linear2(checked_linear(o.dim_feedforward, d_model, o)),
      norm1(norm_of(d_model, o)),
      norm2(norm_of(d_model, o)),
      dropout{o.dropout},
      dropout1{o.dropout},
      dropout2{o.dropout},
      activation(o.activation),
      norm_first(o.norm_first) {}

Tensor TransformerEncoderLayer::operator()(const Tensor& src, const EncoderMasks& masks,
                                           SourceLocation at) const {
  const OpScope scope("TransformerEncoderLayer", at);
  const AttentionCall call{
      .key_padding_mask = masks.src_key_padding_mask, .attn_mask = masks.mask, .need_weights = false};
  const Tensor x = residual(src, norm1, dropout1, norm_first, at,
                            [&](const Tensor& in) { return self_attn(in, in, in, call, at).output; });
  return observed(*this, src, residual(x, norm2, dropout2, norm_first, at, [&](const Tensor& in) {
    return feedforward(*this, in, at);
  }));
}

TransformerDecoderLayer::TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead,
                                                 const TransformerLayerOptions& o)
    : self_attn(d_model, nhead, attention(o)),
      multihead_attn(d_model, nhead, attention(o)),
      linear1(checked_linear(d_model, o.dim_feedforward, o)),
      linear2(checked_linear(o.dim_feedforward, d_model, o)),
      norm1(norm_of(d_model, o)),
      norm2(norm_of(d_model, o)),
      norm3(norm_of(d_model, o)),
      dropout{o.dropout},
      dropout1{o.dropout},
      dropout2{o.dropout},
      dropout3{o.dropout},
      activation(o.activation),
      norm_first(o.norm_first) {}

Tensor TransformerDecoderLayer::operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks,
                                           SourceLocation at) const {
  const OpScope scope("TransformerDecoderLayer", at);
  const AttentionCall own{
      .key_padding_mask = masks.tgt_key_padding_mask, .attn_mask = masks.tgt_mask, .need_weights = false};
  const AttentionCall other{.key_padding_mask = masks.memory_key_padding_mask,
                            .attn_mask = masks.memory_mask,
                            .need_weights = false};
  Tensor x = residual(tgt, norm1, dropout1, norm_first, at,
                      [&](const Tensor& in) { return self_attn(in, in, in, own, at).output; });
  x = residual(x, norm2, dropout2, norm_first, at,
               [&](const Tensor& in) { return multihead_attn(in, memory, memory, other, at).output; });
  return observed(*this, tgt, residual(x, norm3, dropout3, norm_first, at, [&](const Tensor& in) {
    return feedforward(*this, in, at);
  }));
}

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers,
                                       std::optional<LayerNorm> norm)
    : layers(copies(layer, num_layers)), norm(std::move(norm)) {}

Tensor TransformerEncoder::operator()(const Tensor& src, const EncoderMasks& masks, SourceLocation at) const {
  Tensor x = src;
  for (const TransformerEncoderLayer& layer : layers) x = layer(x, masks, at);
  return observed(*this, src, norm ? (*norm)(x, at) : x);
}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers,
                                       std::optional<LayerNorm> norm)
    : layers(copies(layer, num_layers)), norm(std::move(norm)) {}

Tensor TransformerDecoder::operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks,
                                      SourceLocation at) const {
  Tensor x = tgt;
  for (const TransformerDecoderLayer& layer : layers) x = layer(x, memory, masks, at);
  return observed(*this, tgt, norm ? (*norm)(x, at) : x);
}

Transformer::Transformer(std::int64_t d_model, std::int64_t nhead, std::int64_t num_encoder_layers,
                         std::int64_t num_decoder_layers, const TransformerLayerOptions& o)
    : encoder(TransformerEncoderLayer(d_model, nhead, o), num_encoder_layers, norm_of(d_model, o)),
      decoder(TransformerDecoderLayer(d_model, nhead, o), num_decoder_layers, norm_of(d_model, o)) {
  for (const Tensor& parameter : parameters(*this))
    if (parameter.rank() > 1) init::xavier_uniform_(parameter);
}

Tensor Transformer::operator()(const Tensor& src, const Tensor& tgt, const EncoderMasks& src_masks,
                               const DecoderMasks& tgt_masks, SourceLocation at) const {
  return observed(*this, tgt, decoder(tgt, encoder(src, src_masks, at), tgt_masks, at));
}

}  // namespace gradus::nn
