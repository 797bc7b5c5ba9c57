#include <gradus/nn/transformer.hpp>

#include <cmath>

#include "nn/agreement.hpp"

namespace gradus::transformer_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

nn::TransformerLayerOptions layer_options(const Fixture& f) {
  return {.dim_feedforward = 5,
          .dropout = 0,
          .activation = f.options.text("activation", "relu") == "gelu" ? nn::TransformerActivation::gelu
                                                                       : nn::TransformerActivation::relu,
          .norm_first = f.options.flag("norm_first")};
}

constexpr nn::TransformerLayerOptions small{.dim_feedforward = 2, .dropout = 0, .dtype = float64};

/// Attention as a model of one result, for the checks.
struct Attention {
  nn::MultiheadAttention attention;
  nn::AttentionCall call;
  Tensor operator()(const Tensor& q, const Tensor& k, const Tensor& v) const {
    const auto [y, weights] = attention(q, k, v, call);
    return flat({y, weights});
  }
};

}  // namespace

TEST_CASE("multi-head attention agrees with PyTorch", "[nn][attention][fixtures]") {
  for (const Fixture& f : fixtures("modules.json", "mha")) {
    nn::MultiheadAttentionOptions o{.bias = f.options.flag("bias", true),
                                    .batch_first = f.options.flag("batch_first"),
                                    .add_bias_kv = f.options.flag("add_bias_kv"),
                                    .add_zero_attn = f.options.flag("add_zero_attn")};
    if (f.options.has("kdim")) o.kdim = f.options.integer("kdim", 0);
    if (f.options.has("vdim")) o.vdim = f.options.integer("vdim", 0);
    check_layer(f, nn::MultiheadAttention{4, 2, o},
                [&](const nn::MultiheadAttention& m, const FixtureTensors& in) {
                  const bool shared = f.options.flag("shared");
                  const auto [y, weights] = m(in["q"], shared ? in["q"] : in["k"], shared ? in["q"] : in["v"],
                                              {.key_padding_mask = in.find("key_padding_mask"),
                                               .attn_mask = in.find("attn_mask"),
                                               .average_attn_weights = f.options.flag("average", true)});
                  return flat({y, weights});
                });
  }
}

TEST_CASE("transformers agree with PyTorch", "[nn][transformer][fixtures]") {
  for (const Fixture& f : fixtures("modules.json", "encoder_layer"))
    check_layer(f, nn::TransformerEncoderLayer{4, 2, layer_options(f)},
                [](const nn::TransformerEncoderLayer& m, const FixtureTensors& in) {
                  return flat({m(in["src"], {.src_key_padding_mask = in["padding"]})});
                });
  for (const Fixture& f : fixtures("modules.json", "decoder_layer"))
    check_layer(
        f, nn::TransformerDecoderLayer{4, 2, layer_options(f)},
        [](const nn::TransformerDecoderLayer& m, const FixtureTensors& in) {
          return flat({m(in["tgt"], in["memory"],
                         {.tgt_mask = nn::causal_mask(3), .memory_key_padding_mask = in["padding"]})});
        });
  const Fixture encoder = fixture("modules.json", "encoder/two");
  nn::TransformerLayerOptions o = layer_options(encoder);
  o.batch_first = true;
  check_layer(encoder, nn::TransformerEncoder{nn::TransformerEncoderLayer{4, 2, o}, 2, nn::LayerNorm{4}},
              [](const nn::TransformerEncoder& m, const FixtureTensors& in) { return flat({m(in["src"])}); });
  const Fixture decoder = fixture("modules.json", "decoder/two");
  check_layer(decoder, nn::TransformerDecoder{nn::TransformerDecoderLayer{4, 2, layer_options(decoder)}, 2},
              [](const nn::TransformerDecoder& m, const FixtureTensors& in) {
                return flat({m(in["tgt"], in["memory"])});
              });
  const Fixture both = fixture("modules.json", "transformer/both");
  check_layer(both, nn::Transformer{4, 2, 2, 1, layer_options(both)},
              [](const nn::Transformer& m, const FixtureTensors& in) {
                return flat({m(in["src"], in["tgt"], {}, {.tgt_mask = nn::causal_mask(3)})});
              });
}

TEST_CASE("attention and transformers have correct first and second derivatives",
          "[nn][transformer][gradient]") {
  const Tensor q = variable({2, 1, 4}, 1), k = variable({3, 1, 4}, 2), v = variable({3, 1, 4}, 3);
  const nn::MultiheadAttention attention{4, 2, {.dtype = float64}};
  check_derivatives(Attention{attention, {}}, {q, k, v});
  const Tensor padding = reshape(tensor({0, 1, 0}) > 0.5, {1, 3});
  check_derivatives(Attention{attention, {.key_padding_mask = padding, .need_weights = false}}, {q, k, v});
  const nn::MultiheadAttention more{4, 2, {.add_bias_kv = true, .add_zero_attn = true, .dtype = float64}};
  check_derivatives(Attention{more, {.key_padding_mask = padding}}, {q, k, v});
  const Tensor tgt = variable({2, 1, 3}, 4), memory = variable({2, 1, 3}, 5);
  check_derivatives(nn::TransformerEncoderLayer{3, 1, small}, {tgt});
  check_derivatives(nn::TransformerDecoderLayer{3, 1, small}, {tgt, memory});
}

TEST_CASE("attention with one head and no projections, worked by hand", "[nn][attention]") {
  nn::MultiheadAttention attention{2, 1, {.bias = false, .dtype = float64}};
  attention.in_proj_weight.detach().copy_(cat({eye(2, 2), eye(2, 2), eye(2, 2)}).to(float64));
  attention.out_proj.weight.detach().copy_(eye(2, 2).to(float64));
  const double root = std::sqrt(2.0);
  const Tensor query = doubles({{root * std::log(3.0), 0}}), key = doubles({{1, 5}, {0, 7}});
  const auto [y, weights] = attention(query, key, key);
  CHECK(difference(weights, doubles({{0.75, 0.25}})) < 1e-14);
  CHECK(difference(y, doubles({{0.75, 5.5}})) < 1e-14);
  CHECK_FALSE(attention(query, key, key, {.need_weights = false}).weights.defined());
}

TEST_CASE("a causal mask hides what comes later", "[nn][transformer]") {
  CHECK(nn::causal_mask(3).to_vector<bool>() ==
        std::vector<bool>{false, true, true, false, false, true, false, false, false});
  const nn::TransformerEncoderLayer layer{4, 2, {.dim_feedforward = 8, .dropout = 0}};
  const Tensor x = variable({5, 2, 4}, 4).detach().to(float32);
  const Tensor changed = cat({narrow(x, 0, 0, 3), -narrow(x, 0, 3, 2)});
  const nn::EncoderMasks masks{.mask = nn::causal_mask(5)};
  const Tensor y = layer(x, masks), z = layer(changed, masks);
  CHECK(difference(narrow(y, 0, 0, 3), narrow(z, 0, 0, 3)) == 0);
  CHECK(difference(narrow(y, 0, 3, 2), narrow(z, 0, 3, 2)) > 1e-3);
}

TEST_CASE("attention and transformers hold tensors of PyTorch's names, shapes and first values",
          "[nn][transformer]") {
  CHECK(state_of(nn::MultiheadAttention{4, 2}) ==
        "in_proj_weight [12, 4], in_proj_bias [12], out_proj.weight [4, 4], out_proj.bias [4]");
  CHECK(state_of(nn::MultiheadAttention{2, 1, {.add_bias_kv = true}}) ==
        "in_proj_weight [6, 2], in_proj_bias [6], bias_k [1, 1, 2], bias_v [1, 1, 2], "
        "out_proj.weight [2, 2], out_proj.bias [2]");
  CHECK(state_of(nn::MultiheadAttention{4, 2, {.bias = false, .kdim = 3}}) ==
        "q_proj_weight [4, 4], k_proj_weight [4, 3], v_proj_weight [4, 4], out_proj.weight [4, 4]");
  CHECK(state_of(nn::TransformerEncoder{nn::TransformerEncoderLayer{2, 1, {.dim_feedforward = 3}}, 1}) ==
        "layers.0.self_attn.in_proj_weight [6, 2], layers.0.self_attn.in_proj_bias [6], "
        "layers.0.self_attn.out_proj.weight [2, 2], layers.0.self_attn.out_proj.bias [2], "
        "layers.0.linear1.weight "
        "[3, 2], layers.0.linear1.bias [3], layers.0.linear2.weight [2, 3], layers.0.linear2.bias [2], "
        "layers.0.norm1.weight [2], layers.0.norm1.bias [2], layers.0.norm2.weight [2], layers.0.norm2.bias "
        "[2]");
  const nn::MultiheadAttention attention{32, 4};
  CHECK(is_spread(attention.in_proj_weight, std::sqrt(6.0 / (32 + 96))));
  CHECK(is_spread(attention.out_proj.weight, 1 / std::sqrt(32.0)));
  CHECK(difference(attention.in_proj_bias, zeros({96})) == 0);
  CHECK(difference(attention.out_proj.bias, zeros({32})) == 0);
}

TEST_CASE("the layers of an encoder are copies of their own", "[nn][transformer]") {
  const nn::TransformerEncoderLayer layer{4, 2, {.dim_feedforward = 8}};
  const nn::TransformerEncoder encoder{layer, 2};
  CHECK(difference(encoder.layers[0].linear1.weight, layer.linear1.weight) == 0);
  CHECK_FALSE(encoder.layers[0].linear1.weight.shares_storage(encoder.layers[1].linear1.weight));
  CHECK(nn::parameters(encoder).size() == 24);
  CHECK_THROWS_WITH((nn::TransformerEncoder{layer, 0}), Contains("num_layers = 0; needs at least 1"));
}

TEST_CASE("dropout acts in training only", "[nn][transformer]") {
  nn::TransformerEncoderLayer layer{4, 2, {.dim_feedforward = 8, .dropout = 0.5}};
  const Tensor x = variable({3, 2, 4}, 5).detach().to(float32);
  CHECK(difference(layer(x), layer(x)) > 1e-3);
  nn::eval(layer);
  CHECK(difference(layer(x), layer(x)) == 0);
}

TEST_CASE("attention says what does not fit", "[nn][attention][error]") {
  const nn::MultiheadAttention m{4, 2};
  const Tensor q = zeros({3, 2, 4}), k = zeros({5, 2, 4});
  CHECK_THROWS_WITH(
      m(zeros({3, 2, 6}), k, k),
      Contains("MultiheadAttention: query is [3, 2, 6], key [5, 2, 4] and value [5, 2, 4]; need [l, n, 4]"));
  CHECK_THROWS_WITH(m(q, k, zeros({4, 2, 4})), Contains("key is [5, 2, 4] and value [4, 2, 4]"));
  CHECK_THROWS_WITH(m(q, zeros({5, 1, 4}), zeros({5, 1, 4})),
                    Contains("query is [3, 2, 4] and key [5, 1, 4]"));
  CHECK_THROWS_WITH(m(q, k, k, {.attn_mask = zeros({3, 3})}),
                    Contains("attn_mask is [3, 3]; needs [3, 5] or [4, 3, 5]"));
  CHECK_THROWS_WITH(m(q, k, k, {.key_padding_mask = zeros({5, 2})}),
                    Contains("key_padding_mask is [5, 2]; needs [2, 5]"));
  CHECK_THROWS_WITH(m(q, k, k, {.attn_mask = zeros({3, 5}, {.dtype = int64})}),
                    Contains("a mask is int64; needs bool or float32"));
  CHECK_THROWS_WITH((nn::MultiheadAttention{4, 3}), Contains("num_heads = 3 must divide embed_dim = 4"));
  CHECK_THROWS_WITH((nn::TransformerEncoderLayer{4, 2, {.dim_feedforward = 0}}),
                    Contains("dim_feedforward = 0"));
}

}  // namespace gradus::transformer_test
