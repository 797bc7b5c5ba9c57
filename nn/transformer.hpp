#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gradus/nn/dropout.hpp>
#include <gradus/nn/layer_norm.hpp>
#include <gradus/nn/multihead_attention.hpp>

namespace gradus::nn {

/// The activation between the two linear layers of a transformer's layer.
enum class TransformerActivation { relu, gelu };

/// Options of `TransformerEncoderLayer` and `TransformerDecoderLayer`.
struct TransformerLayerOptions {
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  TransformerActivation activation = TransformerActivation::relu;
  double layer_norm_eps = 1e-5;
  bool batch_first = false;  ///< sequences are [n, t, d], not [t, n, d]
  bool norm_first = false;   ///< normalise before attention and feedforward, not after
  DType dtype = float32;
};

/// Masks of a call of the encoder, as MultiheadAttention takes them.
struct EncoderMasks {
  Tensor mask = {};                  ///< [l, l] or [n * heads, l, l]
  Tensor src_key_padding_mask = {};  ///< [n, l]
};

/// Masks of a call of the decoder.
struct DecoderMasks {
  Tensor tgt_mask = {}, memory_mask = {};                          ///< [l, l] and [l, s], or for each head
  Tensor tgt_key_padding_mask = {}, memory_key_padding_mask = {};  ///< [n, l] and [n, s]
};

/// A causal mask [size, size]: true above the diagonal, so that no position looks at later ones.
Tensor causal_mask(std::int64_t size);

/// Self-attention and a feedforward net of two layers, each with dropout, a shortcut and a layer norm
/// (Vaswani et al. 2017; norm_first: Xiong et al. 2020): [l, n, d_model] to the same shape.
class TransformerEncoderLayer {
 public:
  /// Throws ValueError as MultiheadAttention, or unless dim_feedforward is positive.
  TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead,
                          const TransformerLayerOptions& options = {});

  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {},
                    SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("self_attn", self_attn);
    v("linear1", linear1);
    v("dropout", dropout);
    v("linear2", linear2);
    v("norm1", norm1);
    v("norm2", norm2);
    v("dropout1", dropout1);
    v("dropout2", dropout2);
  }
  std::string describe() const { return norm_first ? "norm_first=true" : ""; }

  MultiheadAttention self_attn;
  Linear linear1, linear2;
  LayerNorm norm1, norm2;
  Dropout dropout, dropout1, dropout2;
  TransformerActivation activation;
  bool norm_first;
};

/// Self-attention, attention to the encoder's result `memory`, and a feedforward net, likewise: tgt [l, n,
/// d_model] and memory [s, n, d_model] to the shape of tgt.
class TransformerDecoderLayer {
 public:
  TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead,
                          const TransformerLayerOptions& options = {});

  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {},
                    SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("self_attn", self_attn);
    v("multihead_attn", multihead_attn);
    v("linear1", linear1);
    v("dropout", dropout);
    v("linear2", linear2);
    v("norm1", norm1);
    v("norm2", norm2);
    v("norm3", norm3);
    v("dropout1", dropout1);
    v("dropout2", dropout2);
    v("dropout3", dropout3);
  }
  std::string describe() const { return norm_first ? "norm_first=true" : ""; }

  MultiheadAttention self_attn, multihead_attn;
  Linear linear1, linear2;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout, dropout1, dropout2, dropout3;
  TransformerActivation activation;
  bool norm_first;
};

/// Copies of a layer, one after the other, and perhaps a norm at the end.
class TransformerEncoder {
 public:
  /// The copies share nothing with `layer` or each other. Throws ValueError unless num_layers >= 1.
  TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers,
                     std::optional<LayerNorm> norm = {});

  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {},
                    SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("layers", layers);
    v("norm", norm);
  }

  std::vector<TransformerEncoderLayer> layers;
  std::optional<LayerNorm> norm;
};

/// Copies of a decoder's layer, likewise.
class TransformerDecoder {
 public:
  TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers,
                     std::optional<LayerNorm> norm = {});

  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {},
                    SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("layers", layers);
    v("norm", norm);
  }

  std::vector<TransformerDecoderLayer> layers;
  std::optional<LayerNorm> norm;
};

/// An encoder and a decoder that sees its result, each of so many layers and a layer norm at the end (Vaswani
/// et al. 2017): src [s, n, d_model] and tgt [l, n, d_model] to the shape of tgt. Matrices start as Xavier's.
class Transformer {
 public:
  /// Throws ValueError as the layers do, or unless there is a layer each.
  Transformer(std::int64_t d_model, std::int64_t nhead, std::int64_t num_encoder_layers = 6,
              std::int64_t num_decoder_layers = 6, const TransformerLayerOptions& options = {});

  Tensor operator()(const Tensor& src, const Tensor& tgt, const EncoderMasks& src_masks = {},
                    const DecoderMasks& tgt_masks = {}, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("encoder", encoder);
    v("decoder", decoder);
  }

  TransformerEncoder encoder;
  TransformerDecoder decoder;
};

}  // namespace gradus::nn
