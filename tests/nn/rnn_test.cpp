#include <gradus/nn/rnn.hpp>

#include <cmath>

#include "nn/agreement.hpp"

namespace gradus::rnn_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

nn::RecurrentOptions recurrent_options(const Fixture& f) {
  return {.num_layers = f.options.integer("num_layers", 1),
          .bias = f.options.flag("bias", true),
          .batch_first = f.options.flag("batch_first"),
          .bidirectional = f.options.flag("bidirectional"),
          .proj_size = f.options.integer("proj_size", 0)};
}

Tensor zeros_of(const Shape& shape) { return zeros(shape, {.dtype = float64}); }

/// The layer as a model of one result, for the checks.
struct WholeLSTM {
  nn::LSTM lstm;
  Tensor operator()(const Tensor& x, const Tensor& h, const Tensor& c) const {
    const auto [y, state] = lstm(x, {h, c});
    return flat({y, state.h, state.c});
  }
};
template <class L>
struct Whole {
  L layer;
  Tensor operator()(const Tensor& x, const Tensor& h) const {
    const auto [y, state] = layer(x, h);
    return flat({y, state});
  }
};

}  // namespace

TEST_CASE("recurrent layers agree with PyTorch", "[nn][rnn][fixtures]") {
  for (const Fixture& f : fixtures("modules.json", "lstm"))
    check_layer(f, nn::LSTM{2, 3, recurrent_options(f)}, [](const nn::LSTM& m, const FixtureTensors& in) {
      const auto [y, state] = m(in["x"], {in.find("h"), in.find("c")});
      return flat({y, state.h, state.c});
    });
  for (const Fixture& f : fixtures("modules.json", "gru"))
    check_layer(f, nn::GRU{2, 3, recurrent_options(f)}, [](const nn::GRU& m, const FixtureTensors& in) {
      const auto [y, state] = m(in["x"], in.find("h"));
      return flat({y, state});
    });
  for (const Fixture& f : fixtures("modules.json", "rnn")) {
    const nn::RecurrentOptions o = recurrent_options(f);
    const bool relu = f.options.text("nonlinearity", "tanh") == "relu";
    check_layer(f,
                nn::RNN{2,
                        3,
                        {.num_layers = o.num_layers,
                         .nonlinearity = relu ? RNNNonlinearity::relu : RNNNonlinearity::tanh,
                         .bias = o.bias,
                         .batch_first = o.batch_first,
                         .bidirectional = o.bidirectional}},
                [](const nn::RNN& m, const FixtureTensors& in) {
                  const auto [y, state] = m(in["x"], in.find("h"));
                  return flat({y, state});
                });
  }
}

TEST_CASE("recurrent cells agree with PyTorch", "[nn][rnn][fixtures]") {
  for (const Fixture& f : fixtures("modules.json", "rnn_cell"))
    check_layer(f,
                nn::RNNCell{2,
                            4,
                            {.bias = f.options.flag("bias", true),
                             .nonlinearity = f.options.text("nonlinearity", "tanh") == "relu"
                                                 ? RNNNonlinearity::relu
                                                 : RNNNonlinearity::tanh}},
                [](const nn::RNNCell& m, const FixtureTensors& in) { return flat({m(in["x"], in["h"])}); });
  for (const Fixture& f : fixtures("modules.json", "gru_cell"))
    check_layer(f, nn::GRUCell{2, 4},
                [](const nn::GRUCell& m, const FixtureTensors& in) { return flat({m(in["x"], in["h"])}); });
  for (const Fixture& f : fixtures("modules.json", "lstm_cell"))
    check_layer(f, nn::LSTMCell{2, 4}, [](const nn::LSTMCell& m, const FixtureTensors& in) {
      const auto [h, c] = m(in["x"], {in["h"], in["c"]});
      return flat({h, c});
    });
}

TEST_CASE("recurrent layers have correct first and second derivatives", "[nn][rnn][gradient]") {
  const Tensor x = variable({3, 2, 2}, 1), h = variable({2, 2, 2}, 2), c = variable({2, 2, 2}, 3);
  const nn::RecurrentOptions both{.bidirectional = true, .dtype = float64};
  check_derivatives(WholeLSTM{nn::LSTM{2, 2, both}}, {x, h, c});
  check_derivatives(Whole<nn::GRU>{nn::GRU{2, 2, both}}, {x, h});
  check_derivatives(Whole<nn::RNN>{nn::RNN{2, 2, {.bidirectional = true}}}, {x, h});
  const Tensor one = variable({1, 2, 2}, 4), strided = transpose(variable({2, 3, 2}, 5), 0, 1);
  const Tensor view = strided.detach().requires_grad_();
  check_derivatives(WholeLSTM{nn::LSTM{2, 2, {.bias = false}}},
                    {view, one, one.detach().clone().requires_grad_()});
  check_derivatives(Whole<nn::GRU>{nn::GRU{2, 2, {.bias = false}}}, {view, one});
  check_derivatives(WholeLSTM{nn::LSTM{2, 2, {.proj_size = 1}}},
                    {view, variable({1, 2, 1}, 6), variable({1, 2, 2}, 7)});
}

TEST_CASE("only what is asked for is differentiated", "[nn][rnn]") {
  // The last cell state alone: no gradient arrives at the outputs.
  const nn::LSTM lstm{2, 3, {.dtype = float64}};
  const Tensor x = variable({4, 2, 2}, 6);
  check_derivatives([&](const Tensor& in) { return lstm(in).state.c; }, {x});
  nn::freeze(lstm);
  const Tensor g = grad(sum(lstm(x).output), x);
  CHECK(g.shape() == x.shape());
  CHECK_FALSE(lstm.weights[0].w_hh.grad().defined());
}

TEST_CASE("a cell stepped by hand is the layer", "[nn][rnn]") {
  const nn::LSTM lstm{2, 3};
  nn::LSTMCell cell{2, 3};
  const auto& w = lstm.weights[0];
  static_cast<Tensor&>(cell.weight_ih) = w.w_ih;
  static_cast<Tensor&>(cell.weight_hh) = w.w_hh;
  static_cast<Tensor&>(cell.bias_ih) = w.b_ih;
  static_cast<Tensor&>(cell.bias_hh) = w.b_hh;
  const Tensor x = variable({5, 2, 2}, 7).detach().to(float32);
  nn::LSTMState state;
  for (std::int64_t t = 0; t < 5; ++t) state = cell(select(x, 0, t), state);
  const auto [y, last] = lstm(x);
  CHECK(difference(state.h, select(y, 0, 4)) < 1e-6);
  CHECK(difference(state.c, squeeze(last.c, 0)) < 1e-6);
  CHECK(difference(select(y, 0, 4), squeeze(last.h, 0)) == 0);
}

TEST_CASE("an LSTM cell worked by hand", "[nn][rnn]") {
  nn::LSTMCell cell{1, 1, {.bias = false, .dtype = float64}};
  cell.weight_ih.detach().copy_(doubles({{1}, {2}, {3}, {4}}));
  cell.weight_hh.detach().copy_(doubles({{0.5}, {0.25}, {-1}, {0}}));
  const auto sigma = [](double v) { return 1 / (1 + std::exp(-v)); };
  const auto [h, c] = cell(doubles({0.2}), {doubles({0.4}), doubles({-0.3})});
  const double expected = sigma(0.4 + 0.1) * -0.3 + sigma(0.2 + 0.2) * std::tanh(0.6 - 0.4);
  CHECK(std::abs(c.item<double>() - expected) < 1e-15);
  CHECK(std::abs(h.item<double>() - sigma(0.8) * std::tanh(expected)) < 1e-15);
}

TEST_CASE("recurrent layers hold tensors of PyTorch's names, shapes and first values", "[nn][rnn]") {
  CHECK(state_of(nn::LSTM{3, 2, {.bidirectional = true}}) ==
        "weight_ih_l0 [8, 3], weight_hh_l0 [8, 2], bias_ih_l0 [8], bias_hh_l0 [8], weight_ih_l0_reverse [8, "
        "3], "
        "weight_hh_l0_reverse [8, 2], bias_ih_l0_reverse [8], bias_hh_l0_reverse [8]");
  CHECK(state_of(nn::LSTM{3, 4, {.num_layers = 2, .bias = false, .proj_size = 2}}) ==
        "weight_ih_l0 [16, 3], weight_hh_l0 [16, 2], weight_hr_l0 [2, 4], weight_ih_l1 [16, 2], weight_hh_l1 "
        "[16, 2], weight_hr_l1 [2, 4]");
  CHECK(state_of(nn::GRU{3, 2, {.num_layers = 2, .bias = false}}) ==
        "weight_ih_l0 [6, 3], weight_hh_l0 [6, 2], weight_ih_l1 [6, 2], weight_hh_l1 [6, 2]");
  CHECK(state_of(nn::RNNCell{3, 2}) == "weight_ih [2, 3], weight_hh [2, 2], bias_ih [2], bias_hh [2]");
  const nn::LSTM lstm{50, 16};
  for (const Tensor& w : nn::parameters(lstm)) CHECK(is_spread(w, 0.25));
  CHECK(nn::to_string(nn::GRU{3, 2, {.num_layers = 2, .dropout = 0.5}}) ==
        "GRU(3, 2, num_layers=2, dropout=0.5)");
  CHECK(nn::to_string(nn::LSTM{3, 2, {.proj_size = 1}}) == "LSTM(3, 2, num_layers=1, proj_size=1)");
}

TEST_CASE("dropout acts between the layers, in training only", "[nn][rnn]") {
  nn::GRU gru{2, 8, {.num_layers = 2, .dropout = 1}};
  const Tensor x = variable({3, 4, 2}, 8).detach().to(float32), other = -x;
  nn::eval(gru);
  CHECK(difference(gru(x).output, gru(other).output) > 1e-3);
  nn::train(gru);
  CHECK(difference(gru(x).output, gru(other).output) == 0);  // nothing of x gets through to the second layer
  CHECK(difference(gru(x).state, gru(other).state) > 1e-3);
}

TEST_CASE("recurrent layers say what does not fit", "[nn][rnn][error]") {
  const nn::LSTM lstm{3, 2};
  CHECK_THROWS_WITH(lstm(zeros({4, 2, 5})),
                    Contains("LSTM: input is [4, 2, 5]; needs [t, n, 3] or [t, 3] ("));
  CHECK_THROWS_WITH(lstm(zeros({0, 2, 3})), Contains("input is [0, 2, 3]; it has no time steps"));
  CHECK_THROWS_WITH(lstm(zeros({4, 2, 3}), {zeros({2, 2, 2}), {}}),
                    Contains("the initial state is [2, 2, 2]; needs [1, 2, 2]"));
  CHECK_THROWS_WITH(lstm(zeros_of({4, 2, 3})), Contains("input is float64 but"));
  CHECK_THROWS_WITH((nn::GRU{0, 2}),
                    Contains("GRU: input_size = 0, hidden_size = 2, num_layers = 1; all must be positive"));
  CHECK_THROWS_WITH((nn::LSTM{1, 2, {.dropout = 2}}), Contains("LSTM: dropout = 2; it must lie in [0, 1]"));
  CHECK_THROWS_WITH((nn::LSTM{1, 2, {.proj_size = 2}}),
                    Contains("LSTM: proj_size = 2; it must not be negative, and be below hidden_size = 2"));
  CHECK_THROWS_WITH((nn::GRU{1, 2, {.proj_size = 1}}), Contains("GRU: proj_size = 1; only an LSTM has one"));
  const nn::LSTM narrow{3, 2, {.proj_size = 1}};
  CHECK_THROWS_WITH(narrow(zeros({4, 2, 3}), {zeros({1, 2, 2}), {}}),
                    Contains("the initial state is [1, 2, 2]; needs [1, 2, 1]"));
  CHECK_THROWS_WITH(narrow(zeros({4, 2, 3}), {{}, zeros({1, 2, 1})}), Contains("needs [1, 2, 2]"));
  CHECK_THROWS_WITH(lstm_layer(zeros({1, 2, 3}), zeros({2, 1}), zeros({2, 2}),
                               {zeros({8, 3}), zeros({8, 1}), {}, {}, zeros({2, 2})}),
                    Contains("lstm_layer: w_hr is [2, 2]; needs [1, 2]"));
  CHECK_THROWS_WITH(nn::GRUCell(3, 2)(zeros({4, 5})),
                    Contains("GRUCell: input is [4, 5]; needs [n, 3] or [3]"));
  CHECK_THROWS_WITH(nn::GRUCell(3, 2)(zeros({4, 3}), zeros({2})), Contains("the state is [2]; needs [4, 2]"));
  CHECK_THROWS_WITH(rnn_layer(zeros({1, 2, 3}), zeros({2, 4}), {zeros({4, 2}), zeros({4, 4}), {}, {}}),
                    Contains("rnn_layer: w_ih is [4, 2]; needs [4, 3]"));
}

TEST_CASE("recurrent layers of an empty batch", "[nn][rnn]") {
  const nn::LSTM lstm{3, 2};
  const Tensor x = zeros({4, 0, 3}, {.requires_grad = true});
  const auto [y, state] = lstm(x);
  CHECK(y.shape() == Shape{4, 0, 2});
  sum(y).backward();
  CHECK(x.grad().shape() == x.shape());
  CHECK(difference(lstm.weights[0].w_hh.grad(), zeros({8, 2})) == 0);
  CHECK(nn::LSTM{3, 2, {.proj_size = 1}}(x).output.shape() == Shape{4, 0, 1});
}

}  // namespace gradus::rnn_test
