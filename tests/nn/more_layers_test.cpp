// Norms over groups, bags of embeddings, bilinear layers, weight norm, kinds of dropout, further activations.
#include <cmath>

#include "nn/agreement.hpp"

namespace gradus::more_layers_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

/// Calls a layer of one input.
constexpr auto of_x = [](const auto& m, const FixtureTensors& in) { return flat({m(in["x"])}); };

BagMode mode_of(const Fixture& f) {
  const std::string mode = f.options.text("mode", "mean");
  return mode == "sum" ? BagMode::sum : mode == "max" ? BagMode::max : BagMode::mean;
}

Tensor floats(const Shape& shape) { return variable(shape).detach().to(float32); }

}  // namespace

TEST_CASE("norms over groups and channels agree with PyTorch", "[nn][norms][fixtures]") {
  for (const Fixture& f : fixtures("modules.json", "group_norm"))
    check_layer(
        f,
        nn::GroupNorm{f.options.integer("num_groups", 0),
                      6,
                      {.eps = f.options.number("eps", 1e-5), .affine = f.options.flag("affine", true)}},
        of_x);
  const auto options = [](const Fixture& f) -> nn::InstanceNormOptions {
    return {.eps = f.options.number("eps", 1e-5),
            .affine = f.options.flag("affine"),
            .track_running_stats = f.options.flag("track_running_stats")};
  };
  for (const Fixture& f : fixtures("modules.json", "instance_norm2d"))
    check_layer(f, nn::InstanceNorm2d{6, options(f)}, of_x);
  for (const Fixture& f : fixtures("modules.json", "instance_norm1d"))
    check_layer(f, nn::InstanceNorm1d{6, options(f)}, of_x);
  for (const Fixture& f : fixtures("modules.json", "local_response_norm"))
    check_layer(f, nn::LocalResponseNorm{f.options.integer("size", 0), {.alpha = 0.5, .beta = 0.6, .k = 1.5}},
                of_x);
}

TEST_CASE("RMSNorm agrees with the formula of its paper", "[nn][norms][fixtures]") {
  check_layer(fixture("modules.json", "rms_norm/plain"), nn::RMSNorm{{2, 3}, {.eps = 0.01}}, of_x);
}

TEST_CASE("bilinear layers, bags of embeddings and weight norm agree with PyTorch",
          "[nn][layers][fixtures]") {
  check_layer(fixture("modules.json", "bilinear/plain"), nn::Bilinear{3, 2, 4},
              [](const nn::Bilinear& m, const FixtureTensors& in) { return flat({m(in["a"], in["b"])}); });
  for (const Fixture& f : fixtures("modules.json", "embedding")) {
    nn::EmbeddingOptions o{.norm_type = f.options.number("norm_type", 2),
                           .scale_grad_by_freq = f.options.flag("scale_grad_by_freq")};
    if (f.options.has("padding_idx")) o.padding_idx = f.options.integer("padding_idx", 0);
    if (f.options.has("max_norm")) o.max_norm = f.options.number("max_norm", 0);
    check_layer(f, nn::Embedding{5, 3, o},
                [](const nn::Embedding& m, const FixtureTensors& in) { return flat({m(in["x"])}); });
  }
  for (const Fixture& f : fixtures("modules.json", "embedding_bag")) {
    nn::EmbeddingBagOptions o{.mode = mode_of(f)};
    if (f.options.has("padding_idx")) o.padding_idx = f.options.integer("padding_idx", 0);
    check_layer(f, nn::EmbeddingBag{6, 3, o}, [](const nn::EmbeddingBag& m, const FixtureTensors& in) {
      return flat({m(in["x"], in.find("offsets"), in.find("factors"))});
    });
  }
  for (const Fixture& f : fixtures("modules.json", "weight_norm"))
    check_layer(f, nn::WeightNorm{nn::Linear{3, 4}, f.options.integer("dim", 0)}, of_x);
}

TEST_CASE("further layers have correct first and second derivatives", "[nn][layers][gradient]") {
  const Tensor image = variable({2, 4, 2, 2}, 2), rows = variable({3, 4}, 3);
  check_derivatives(nn::GroupNorm{2, 4}, {image});
  check_derivatives(nn::InstanceNorm2d{4, {.affine = true}}, {image});
  check_derivatives(nn::RMSNorm{4}, {rows});
  check_derivatives(nn::LocalResponseNorm{3, {.alpha = 0.5}}, {image});
  check_derivatives(nn::Bilinear{4, 2, 3}, {rows, variable({3, 2}, 4)});
  check_derivatives(nn::WeightNorm{nn::Linear{4, 2}}, {rows});
  check_derivatives(nn::WeightNorm{nn::Conv2d{4, 2, 2}}, {image});
  check_derivatives(nn::PReLU{4}, {image});
  check_derivatives(nn::Dropout2d{0.5}, {image});
  check_derivatives(nn::AlphaDropout{0.5}, {rows});
  const Tensor indices = integers({0, 3, 3, 2, 1}), offsets = integers({0, 2, 2});
  for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max})
    check_derivatives([&](const Tensor& w) { return embedding_bag(w, indices, offsets, {.mode = mode}); },
                      {variable({4, 2}, 5)});
  check_derivatives(
      [&](const Tensor& w, const Tensor& s) {
        return embedding_bag(w, indices, offsets,
                             {.mode = BagMode::sum, .per_sample_weights = s, .padding_idx = 3});
      },
      {variable({4, 2}, 6), variable({5}, 7)});
}

TEST_CASE("a group norm of one channel a group is an instance norm, of one group a layer norm",
          "[nn][norms]") {
  const Tensor x = floats({2, 6, 3, 2});
  CHECK(difference(nn::GroupNorm{6, 6}(x), nn::InstanceNorm2d{6}(x)) < 1e-6);
  CHECK(difference(nn::GroupNorm{1, 6}(x), layer_norm(x, {6, 3, 2})) < 1e-6);
}

TEST_CASE("further layers worked by hand", "[nn][layers]") {
  CHECK(difference(rms_norm(doubles({3, 4}), {2}, doubles({1, 2}), 0.0), doubles({3, 8}) / std::sqrt(12.5)) <
        1e-15);
  // Channels 1, 2, 3 with windows of two before and one after: 1 + 4, 1 + 4 + 9, 4 + 9.
  const Tensor x = reshape(doubles({1, 2, 3}), {1, 3, 1});
  CHECK(difference(flatten(local_response_norm(x, 3, {.alpha = 3, .beta = 1, .k = 0})),
                   doubles({1.0 / 5, 2.0 / 14, 3.0 / 13})) < 1e-15);
  const Tensor table = doubles({{1, 5}, {2, -1}, {7, 3}});
  CHECK(difference(embedding_bag(table, integers({0, 1, 2}), integers({0, 2, 2})),
                   doubles({{1.5, 2}, {0, 0}, {7, 3}})) == 0);
  CHECK(difference(embedding_bag(table, integers({{0, 1}, {2, 2}}), {}, {.mode = BagMode::max}),
                   doubles({{2, 5}, {7, 3}})) == 0);
  CHECK(difference(embedding_bag(table, integers({0, 1, 2}), integers({0, 1, 3}),
                                 {.mode = BagMode::sum, .include_last_offset = true}),
                   doubles({{1, 5}, {9, 2}})) == 0);
}

TEST_CASE("dropout of channels drops all of one or nothing", "[nn][dropout]") {
  const Tensor x = ones({40, 5, 3, 2});
  const Tensor sums = sum(nn::Dropout2d{0.25}(x), {2, 3});
  std::int64_t dropped = 0;
  for (const float v : sums.to_vector<float>()) {
    CHECK((v == 0 || std::abs(v - 8) < 1e-4F));
    dropped += v == 0;
  }
  CHECK((dropped > 20 && dropped < 80));
  nn::Dropout2d evaluated{0.25, false};
  CHECK(evaluated(x).impl() == x.impl());
  CHECK(difference(feature_dropout(x, 1), zeros(x.shape())) == 0);
  CHECK_THROWS_WITH(nn::Dropout2d{}(zeros({2, 3})),
                    Contains("Dropout2d: input is [2, 3]; needs 4 dimensions ("));
  CHECK_THROWS_WITH(feature_dropout(x, 1.5), Contains("feature_dropout: a probability of 1.5 was given"));
}

TEST_CASE("alpha dropout keeps mean and variance", "[nn][dropout]") {
  Generator generator(3);
  const Tensor x = randn({200, 200}, {.dtype = float64}, &generator);
  for (const Tensor& y : {alpha_dropout(x, 0.3, true, &generator),
                          flatten(feature_alpha_dropout(unsqueeze(x, 2), 0.3, true, &generator))}) {
    CHECK(std::abs(mean(y).item<double>()) < 0.03);
    CHECK(std::abs(var(y).item<double>() - 1) < 0.05);
  }
  CHECK(difference(alpha_dropout(x, 1), zeros_like(x)) == 0);
  CHECK(alpha_dropout(x, 0.3, false).impl() == x.impl());
}

TEST_CASE("further layers hold tensors of PyTorch's names, shapes and first values", "[nn][layers]") {
  CHECK(state_of(nn::GroupNorm{2, 4}) == "weight [4], bias [4]");
  CHECK(state_of(nn::InstanceNorm1d{4, {.affine = true, .track_running_stats = true}}) ==
        "weight [4], bias [4], running_mean [4], running_var [4], num_batches_tracked []");
  CHECK(state_of(nn::InstanceNorm3d{4}).empty());
  CHECK(state_of(nn::RMSNorm{{2, 3}}) == "weight [2, 3]");
  CHECK(state_of(nn::Bilinear{3, 2, 4}) == "weight [4, 3, 2], bias [4]");
  CHECK(state_of(nn::EmbeddingBag{6, 3}) == "weight [6, 3]");
  CHECK(state_of(nn::PReLU{3}) == "weight [3]");
  CHECK(state_of(nn::WeightNorm{nn::Linear{3, 4}}) == "bias [4], weight_g [4, 1], weight_v [4, 3]");
  CHECK(state_of(nn::WeightNorm{nn::Conv2d{3, 4, 2}, 1}) ==
        "bias [4], weight_g [1, 3, 1, 1], weight_v [4, 3, 2, 2]");
  CHECK(is_spread(nn::Bilinear{16, 8, 8}.weight, 0.25));
  CHECK(difference(nn::PReLU{}.weight, full({1}, 0.25)) == 0);
  const nn::Linear linear{3, 4};
  const Tensor x = floats({2, 3});
  CHECK(difference(nn::WeightNorm{linear}(x), linear(x)) < 1e-6);  // it starts as the layer was
  CHECK(nn::to_string(nn::WeightNorm{nn::Linear{3, 4}}).find("3, 4, bias=true") != std::string::npos);
}

TEST_CASE("further activations and shapes as layers are their functions", "[nn][layers]") {
  const Tensor x = floats({2, 4, 3, 2}) * 4;
  CHECK(equal(nn::Hardtanh{-2, 3}(x), hardtanh(x, -2, 3)));
  CHECK(equal(nn::ReLU6{}(x), relu6(x)));
  CHECK(equal(nn::Hardsigmoid{}(x), hardsigmoid(x)));
  CHECK(equal(nn::Hardswish{}(x), hardswish(x)));
  CHECK(equal(nn::Hardshrink{2}(x), hardshrink(x, 2)));
  CHECK(equal(nn::Softshrink{2}(x), softshrink(x, 2)));
  CHECK(equal(nn::Threshold{1, -7}(x), threshold(x, 1, -7)));
  CHECK(equal(nn::SELU{}(x), selu(x)));
  CHECK(equal(nn::CELU{2}(x), celu(x, 2)));
  CHECK(equal(nn::Mish{}(x), mish(x)));
  CHECK(equal(nn::Softsign{}(x), softsign(x)));
  CHECK(equal(nn::Tanhshrink{}(x), tanhshrink(x)));
  CHECK(equal(nn::LogSigmoid{}(x), logsigmoid(x)));
  CHECK(equal(nn::GLU{1}(x), glu(x, 1)));
  CHECK(equal(nn::RReLU{0.2, 0.4, false}(x), rrelu(x, 0.2, 0.4)));
  CHECK(equal(nn::Softmin{1}(x), softmin(x, 1)));
  CHECK(equal(softmin(x, 1), softmax(-x, 1)));
  CHECK(equal(nn::Softmax2d{}(x), softmax(x, 1)));
  CHECK(equal(nn::Unflatten{1, {2, 2}}(x), reshape(x, {2, 2, 2, 3, 2})));
  CHECK(equal(nn::CosineSimilarity{2}(x, -x), cosine_similarity(x, -x, 2)));
  CHECK(equal(nn::PairwiseDistance{.p = 1}(x, -x), pairwise_distance(x, -x, {.p = 1})));
  CHECK(nn::BatchNorm3d{4}(reshape(x, {2, 4, 3, 2, 1})).shape() == Shape{2, 4, 3, 2, 1});
}

TEST_CASE("further layers say what does not fit", "[nn][layers][error]") {
  CHECK_THROWS_WITH((nn::GroupNorm{4, 6}), Contains("num_groups = 4 must divide num_channels = 6"));
  CHECK_THROWS_WITH(group_norm(zeros({2, 6, 3}), 4),
                    Contains("group_norm: groups = 4 must divide the 6 channels of [2, 6, 3] ("));
  CHECK_THROWS_WITH(group_norm(zeros({2, 6, 3}), 3, zeros({3})),
                    Contains("input is [2, 6, 3] but weight is [3]; needs [6]"));
  CHECK_THROWS_WITH(nn::InstanceNorm1d{4}(zeros({2, 5, 3})),
                    Contains("InstanceNorm1d: input is [2, 5, 3]; needs 4 channels"));
  CHECK_THROWS_WITH(nn::InstanceNorm2d{4}(zeros({2, 4})),
                    Contains("input is [2, 4]; needs 4 dimensions, or 3"));
  CHECK_THROWS_WITH(instance_norm(zeros({2, 4, 1})), Contains("1 value(s) for each channel"));
  CHECK_THROWS_WITH(
      rms_norm(zeros({2, 3}), {2}),
      Contains("rms_norm: the input is [2, 3]; its last dimensions must be the normalized shape [2]"));
  CHECK_THROWS_WITH(local_response_norm(zeros({2, 3}), 2),
                    Contains("the input is [2, 3]; needs [n, c, l, ..]"));
  CHECK_THROWS_WITH(nn::Bilinear(3, 2, 4)(zeros({5, 3}), zeros({4, 2})),
                    Contains("all but the last dimension must agree"));
  CHECK_THROWS_WITH(nn::Bilinear(3, 2, 4)(zeros({5, 2}), zeros({5, 2})),
                    Contains("must be 3 and 2, as weight is [4, 3, 2]"));
  const Tensor table = zeros({3, 2}), three = integers({0, 1, 2});
  CHECK_THROWS_WITH(embedding_bag(table, three), Contains("indices are [3] and offsets none"));
  CHECK_THROWS_WITH(embedding_bag(table, three, integers({0, 2, 1})),
                    Contains("offset 2 is 1, below the one before, 2"));
  CHECK_THROWS_WITH(embedding_bag(table, three, integers({1})),
                    Contains("offsets must go from 0 to the 3 indices"));
  CHECK_THROWS_WITH(embedding_bag(table, three, integers({0}), {.per_sample_weights = ones({3})}),
                    Contains("per_sample_weights are for sums only"));
  CHECK_THROWS_AS(embedding_bag(table, integers({3}), integers({0})), IndexError);
  CHECK_THROWS_WITH((nn::PReLU{0}), Contains("num_parameters = 0; needs at least 1"));
}

}  // namespace gradus::more_layers_test
