#include <gradus/nn/packed_sequence.hpp>

#include <gradus/nn/rnn.hpp>

#include "nn/agreement.hpp"

namespace gradus::packed_sequence_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr nn::PackOptions any_order{.enforce_sorted = false};

/// Three sequences of 1, 3 and 2 steps, [t, n]; step t of sequence i is 10 i + t, and what is behind the ends
/// must not matter.
Tensor batch() { return doubles({{0, 10, 20}, {-7, 11, 21}, {-7, 12, -7}}); }

void check_same(const nn::PackedSequence& a, const nn::PackedSequence& b) {
  CHECK(difference(a.data, b.data) == 0);
  CHECK(equal(a.batch_sizes, b.batch_sizes));
  CHECK(a.sorted_indices.defined() == b.sorted_indices.defined());
  if (a.sorted_indices.defined() && b.sorted_indices.defined()) {
    CHECK(equal(a.sorted_indices, b.sorted_indices));
    CHECK(equal(a.unsorted_indices, b.unsorted_indices));
  }
}

/// The states of either kind of layer as tensors, and back.
std::vector<Tensor> tensors(const Tensor& state) { return {state}; }
std::vector<Tensor> tensors(const nn::LSTMState& state) { return {state.h, state.c}; }
template <class State>
State state_from(const std::vector<Tensor>& all) {
  if (all.empty()) return {};
  if constexpr (std::same_as<State, Tensor>)
    return all[0];
  else
    return {all[0], all[1]};
}
template <class L>
using StateOf = std::remove_cvref_t<decltype(std::declval<const L&>()(Tensor()).state)>;

/// The padded output and the last states of x [t, n, in], packed.
template <class L>
std::vector<Tensor> run_packed(const L& layer, const Tensor& x, const Tensor& lengths,
                               const std::vector<Tensor>& states) {
  const auto [y, last] =
      layer(nn::pack_padded_sequence(x, lengths, any_order), state_from<StateOf<L>>(states));
  std::vector<Tensor> results{nn::pad_packed_sequence(y).x};
  for (const Tensor& state : tensors(last)) results.push_back(state);
  return results;
}

/// The same with each sequence run alone, as [t, in].
template <class L>
std::vector<Tensor> run_alone(const L& layer, const Tensor& x, const Tensor& lengths,
                              const std::vector<Tensor>& states) {
  std::vector<std::vector<Tensor>> each(1 + tensors(StateOf<L>{}).size());
  const auto steps = lengths.to_vector<std::int64_t>();
  for (std::int64_t i = 0; i < lengths.numel(); ++i) {
    std::vector<Tensor> first;
    for (const Tensor& state : states) first.push_back(select(state, 1, i));
    const auto [y, last] = layer(narrow(select(x, 1, i), 0, 0, steps[static_cast<std::size_t>(i)]),
                                 state_from<StateOf<L>>(first));
    each[0].push_back(y);
    const auto ends = tensors(last);
    for (std::size_t s = 0; s < ends.size(); ++s) each[s + 1].push_back(ends[s]);
  }
  std::vector<Tensor> results{nn::pad_sequence(each[0])};
  for (std::size_t s = 1; s < each.size(); ++s) results.push_back(stack(each[s], 1));
  return results;
}

/// Results and gradients of packed sequences against those of each alone, from given and from zero states.
template <class L>
void check_alone(L layer, const std::vector<Shape>& state_shapes) {
  nn::to(layer, float64);
  const Tensor x = variable({4, 3, 2}, 1);
  std::vector<Tensor> given;
  for (const Shape& shape : state_shapes) given.push_back(variable(shape, 2 + given.size()));
  for (const Tensor& lengths : {integers({2, 4, 1}), integers({4, 4, 2}), integers({1, 1, 1})})
    for (const bool from_zero : {false, true}) {
      INFO(fmt::format("{} from_zero={}", lengths, from_zero));
      const auto states = from_zero ? std::vector<Tensor>() : given;
      const auto found = run_packed(layer, x, lengths, states),
                 expected = run_alone(layer, x, lengths, states);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(difference(found[i].detach(), expected[i].detach()) < 1e-12);
      std::vector<Tensor> wanted = nn::parameters(layer);
      wanted.push_back(x);
      wanted.insert(wanted.end(), states.begin(), states.end());
      const Tensor cotangent = variable({flat(found).numel()}, 9).detach();
      const auto ours = grad({flat(found)}, wanted, {.grad_outputs = {cotangent}});
      const auto theirs = grad({flat(expected)}, wanted, {.grad_outputs = {cotangent}});
      for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(difference(ours[i], theirs[i]) < 1e-12);
    }
}

/// As a model of one result, for the checks.
template <class L>
struct Packed {
  L layer;
  Tensor operator()(const Tensor& x) const { return flat(run_packed(layer, x, integers({1, 3, 2}), {})); }
};

/// What the fixtures differentiate: the padded output and the states.
const auto over_lengths = [](const auto& layer, const Fixture& f, const FixtureTensors& in,
                             const auto& state) {
  const bool batch_first = f.options.flag("batch_first");
  Numbers lengths = f.options.numbers("lengths");
  const auto [y, last] = layer(
      nn::pack_padded_sequence(in["x"], from_vector(lengths, 3).to(int64),
                               {.batch_first = batch_first, .enforce_sorted = f.options.flag("sorted")}),
      state);
  std::vector<Tensor> results{nn::pad_packed_sequence(y, {.batch_first = batch_first}).x};
  for (const Tensor& each : tensors(last)) results.push_back(each);
  return flat(results);
};

}  // namespace

TEST_CASE("packed sequences worked by hand", "[nn][packed]") {
  const nn::PackedSequence expected{doubles({10, 20, 0, 11, 21, 12}), integers({3, 2, 1}),
                                    integers({1, 2, 0}), integers({2, 0, 1})};
  const Tensor lengths = integers({1, 3, 2});
  check_same(nn::pack_padded_sequence(batch(), lengths, any_order), expected);
  check_same(nn::pack_padded_sequence(transpose(batch(), 0, 1), lengths,
                                      {.batch_first = true, .enforce_sorted = false}),
             expected);
  check_same(nn::pack_sequence({doubles({0}), doubles({10, 11, 12}), doubles({20, 21})}, false), expected);
  const nn::PackedSequence words =
      nn::pack_padded_sequence(batch().to(int64).contiguous(), lengths, any_order);
  CHECK(equal(words.data, integers({10, 20, 0, 11, 21, 12})));
  CHECK(equal(nn::pad_packed_sequence(words).x, integers({{0, 10, 20}, {0, 11, 21}, {0, 12, 0}})));

  // In order already: nothing to sort back. More dimensions are carried along.
  const Tensor rows = stack({batch(), -batch()}, 2);
  const nn::PackedSequence sorted = nn::pack_padded_sequence(rows, integers({3, 3, 1}));
  CHECK_FALSE(sorted.sorted_indices.defined());
  CHECK_FALSE(sorted.unsorted_indices.defined());
  CHECK(equal(sorted.batch_sizes, integers({3, 2, 2})));
  CHECK(equal(select(sorted.data, 1, 1), -doubles({0, 10, 20, -7, 11, -7, 12})));
}

TEST_CASE("padding brings packed sequences back", "[nn][packed]") {
  const nn::PackedSequence packed = nn::pack_padded_sequence(batch(), integers({1, 3, 2}), any_order);
  const auto [x, lengths] = nn::pad_packed_sequence(packed);
  CHECK(equal(x, doubles({{0, 10, 20}, {0, 11, 21}, {0, 12, 0}})));
  CHECK(equal(lengths, integers({1, 3, 2})));
  const auto wide =
      nn::pad_packed_sequence(packed, {.batch_first = true, .padding_value = -1, .total_length = 4});
  const Tensor expected = doubles({{0, -1, -1, -1}, {10, 11, 12, -1}, {20, 21, -1, -1}});
  CHECK(equal(wide.x, expected));
  CHECK(equal(wide.lengths, integers({1, 3, 2})));
  CHECK(equal(nn::pad_sequence({doubles({0}), doubles({10, 11, 12}), doubles({20, 21})},
                               {.batch_first = true, .padding_value = -1, .total_length = 4}),
              expected));
  CHECK(nn::pad_sequence({zeros({2, 5}), zeros({3, 5})}).shape() == Shape{3, 2, 5});
}

TEST_CASE("sequences come back one by one, in the order they were given", "[nn][packed]") {
  const std::vector<Tensor> given{doubles({{0, 1}}), doubles({{10, 1}, {11, 2}, {12, 3}}),
                                  doubles({{20, 1}, {21, 2}})};
  const auto check = [&](const std::vector<Tensor>& found) {
    REQUIRE(found.size() == given.size());
    for (std::size_t i = 0; i < given.size(); ++i) CHECK(equal(found[i], given[i]));
  };
  const Tensor lengths = integers({1, 3, 2}), padded = nn::pad_sequence(given, {.padding_value = -1});
  check(nn::unpad_sequence(padded, lengths));
  check(nn::unpad_sequence(transpose(padded, 0, 1), lengths, true));
  check(nn::unpack_sequence(nn::pack_sequence(given, false)));
  CHECK(nn::unpad_sequence(padded, integers({0, 3, 0}))[2].shape() == Shape{0, 2});
  check_derivatives([&](const Tensor& x) { return square(nn::unpad_sequence(x, lengths)[1]); },
                    {padded.detach().clone().requires_grad_()});
  check_derivatives(
      [](const Tensor& a, const Tensor& b) {
        return square(nn::unpack_sequence(nn::pack_sequence({a, b}, false))[0]);
      },
      {variable({1, 2}, 2), variable({3, 2}, 3)});
  CHECK_THROWS_WITH(nn::unpad_sequence(padded, integers({4, 1, 1})),
                    Contains("unpad_sequence: lengths[0] = 4; must be from 0 to 3, as input is [3, 3, 2]"));
  CHECK_THROWS_WITH(nn::unpad_sequence(zeros({3}), integers({3})),
                    Contains("input is [3]; needs [t, n, ..]"));
}

TEST_CASE("a recurrent layer over packed sequences worked by hand", "[nn][packed][rnn]") {
  // With weights of 1, no bias and positive values, each state is the sum of what has been read.
  nn::RNN sums{
      1, 1, {.nonlinearity = RNNNonlinearity::relu, .bias = false, .bidirectional = true, .dtype = float64}};
  for (const Tensor& weight : nn::parameters(sums)) weight.detach().fill_(1);
  const Tensor x = unsqueeze(doubles({{5, 10, 20}, {99, 11, 21}, {99, 12, 99}}), 2);
  const auto [y, state] = sums(nn::pack_padded_sequence(x, integers({1, 3, 2}), any_order),
                               reshape(doubles({1, 2, 3, 100, 200, 300}), {2, 3, 1}));
  const Tensor padded = nn::pad_packed_sequence(y).x.detach();
  CHECK(equal(select(padded, 2, 0), doubles({{6, 12, 23}, {0, 23, 44}, {0, 35, 0}})));
  CHECK(equal(select(padded, 2, 1), doubles({{105, 233, 341}, {0, 223, 321}, {0, 212, 0}})));
  CHECK(equal(flatten(state.detach()), doubles({6, 35, 44, 105, 233, 341})));
}

TEST_CASE("packed sequences give what each gives alone", "[nn][packed][rnn]") {
  const nn::RecurrentOptions deep{.num_layers = 2, .bidirectional = true};
  check_alone(nn::RNN{2, 3}, {{1, 3, 3}});
  check_alone(nn::RNN{2, 3, {.num_layers = 2, .bidirectional = true}}, {{4, 3, 3}});
  check_alone(nn::GRU{2, 3, deep}, {{4, 3, 3}});
  check_alone(nn::LSTM{2, 3}, {{1, 3, 3}, {1, 3, 3}});
  check_alone(nn::LSTM{2, 3, deep}, {{4, 3, 3}, {4, 3, 3}});
  check_alone(nn::LSTM{2, 3, {.bidirectional = true, .proj_size = 2}}, {{2, 3, 2}, {2, 3, 3}});
}

TEST_CASE("sequences of one length packed are the batch", "[nn][packed][rnn]") {
  const nn::GRU gru{2, 3, {.num_layers = 2, .batch_first = true, .bidirectional = true, .dtype = float64}};
  const Tensor x = variable({3, 4, 2}, 1).detach();
  const auto [y, state] = gru(x);
  const auto [packed, last] = gru(nn::pack_padded_sequence(x, integers({4, 4, 4}), {.batch_first = true}));
  CHECK(equal(nn::pad_packed_sequence(packed, {.batch_first = true}).x, y));
  CHECK(equal(last, state));
  CHECK_FALSE(packed.sorted_indices.defined());
}

TEST_CASE("packed sequences have correct first and second derivatives", "[nn][packed][rnn][gradient]") {
  const nn::RecurrentOptions both{.bidirectional = true, .dtype = float64};
  const Tensor x = variable({3, 3, 2}, 1);
  check_derivatives(Packed<nn::LSTM>{nn::LSTM{2, 2, both}}, {x});
  check_derivatives(Packed<nn::GRU>{nn::GRU{2, 2, both}}, {x});
  check_derivatives(
      [](const Tensor& in) {
        const auto packed = nn::pack_padded_sequence(in, integers({1, 3, 2}), any_order);
        return square(nn::pad_packed_sequence(packed, {.padding_value = 3}).x);
      },
      {x});
  check_derivatives(
      [](const Tensor& a, const Tensor& b) {
        return square(nn::pack_sequence({a, b}).data);
      },
      {variable({3, 2}, 2), variable({1, 2}, 3)});
  check_derivatives(
      [](const Tensor& a, const Tensor& b) {
        return square(nn::pad_sequence({a, b}));
      },
      {variable({1, 2}, 4), variable({3, 2}, 5)});
}

TEST_CASE("packed sequences agree with PyTorch", "[nn][packed][rnn][fixtures]") {
  const auto options = [](const Fixture& f) {
    return nn::RecurrentOptions{.num_layers = f.options.integer("num_layers", 1),
                                .bidirectional = f.options.flag("bidirectional"),
                                .proj_size = f.options.integer("proj_size", 0)};
  };
  for (const Fixture& f : fixtures("modules.json", "packed_lstm"))
    check_layer(f, nn::LSTM{2, 3, options(f)}, [&](const nn::LSTM& m, const FixtureTensors& in) {
      return over_lengths(m, f, in, nn::LSTMState{in.find("h"), in.find("c")});
    });
  for (const Fixture& f : fixtures("modules.json", "packed_gru"))
    check_layer(f, nn::GRU{2, 3, options(f)}, [&](const nn::GRU& m, const FixtureTensors& in) {
      return over_lengths(m, f, in, in.find("h"));
    });
  for (const Fixture& f : fixtures("modules.json", "packed_rnn"))
    check_layer(
        f, nn::RNN{2, 3, {.num_layers = options(f).num_layers, .bidirectional = options(f).bidirectional}},
        [&](const nn::RNN& m, const FixtureTensors& in) { return over_lengths(m, f, in, in.find("h")); });
  for (const Fixture& f : fixtures("modules.json", "pack_padded_sequence")) {
    const bool batch_first = f.options.flag("batch_first");
    const Tensor in = Tensor(f.inputs["x"]).requires_grad_();
    const auto found = nn::pack_padded_sequence(
        in, f.inputs["lengths"],
        {.batch_first = batch_first, .enforce_sorted = !f.outputs.has("sorted_indices")});
    check_same(found, {f.outputs["data"], f.outputs["batch_sizes"], f.outputs.find("sorted_indices"),
                       f.outputs.find("unsorted_indices")});
    const auto [x, lengths] =
        nn::pad_packed_sequence(found, {.batch_first = batch_first, .padding_value = -2, .total_length = 5});
    CHECK(equal(x, f.outputs["padded"]));
    CHECK(equal(lengths, f.inputs["lengths"]));
    CHECK(equal(grad(found.data, in, {.grad_outputs = {f.cotangent}}), f.grads["x"]));
  }
}

TEST_CASE("dropout acts between the layers of packed sequences, in training only", "[nn][packed][rnn]") {
  nn::GRU gru{2, 8, {.num_layers = 2, .dropout = 1, .dtype = float64}};
  const Tensor x = variable({3, 3, 2}, 8).detach(), lengths = integers({1, 3, 2});
  const auto outputs = [&](const Tensor& in) { return run_packed(gru, in, lengths, {}); };
  nn::eval(gru);
  CHECK(difference(outputs(x)[0], outputs(-x)[0]) > 1e-3);
  nn::train(gru);
  CHECK(difference(outputs(x)[0], outputs(-x)[0]) == 0);
  CHECK(difference(outputs(x)[1], outputs(-x)[1]) > 1e-3);
}

TEST_CASE("calls with packed sequences are observed, with their work", "[nn][packed][rnn]") {
  const nn::LSTM lstm{2, 3};
  std::int64_t flops = 0;
  const nn::Observer observer([&](const nn::Call& call) {
    CHECK(call.layer == &lstm);
    flops += call.flops;
  });
  lstm(nn::pack_padded_sequence(zeros({3, 2, 2}), integers({3, 1})));
  CHECK(flops == 4 * 2 * (12 * 2 + 12 * 3));  // 4 steps in all
}

TEST_CASE("packing says what does not fit", "[nn][packed][error]") {
  const Tensor x = batch();
  CHECK_THROWS_WITH(
      nn::pack_padded_sequence(x, integers({3, 2, 0})),
      Contains("pack_padded_sequence: lengths[2] = 0; must be from 1 to 3, as input is [3, 3]"));
  CHECK_THROWS_WITH(nn::pack_padded_sequence(x, integers({4, 2, 1})),
                    Contains("lengths[0] = 4; must be from"));
  CHECK_THROWS_WITH(nn::pack_padded_sequence(x, integers({2, 3, 1})),
                    Contains("lengths[1] = 3 comes after 2; needs the longest sequence first, or "
                             "enforce_sorted = false"));
  CHECK_THROWS_WITH(nn::pack_padded_sequence(x, integers({3, 3})),
                    Contains("input is [3, 3] and lengths are [2]; needs one length for each"));
  CHECK_THROWS_AS(nn::pack_padded_sequence(zeros({3, 0}), zeros({0}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_WITH(nn::pack_padded_sequence(zeros({3}), integers({3})),
                    Contains("input is [3]; needs [t, n"));
  CHECK_THROWS_WITH(nn::pack_padded_sequence(x, doubles({3, 2, 1})),
                    Contains("lengths are float64; need int64"));
  CHECK_THROWS_WITH(nn::pack_sequence({}), Contains("there are no sequences"));
  CHECK_THROWS_WITH(nn::pad_sequence({tensor(1)}), Contains("pad_sequence: a sequence is []; needs [t, ..]"));

  const nn::PackedSequence packed = nn::pack_padded_sequence(x, integers({1, 3, 2}), any_order);
  CHECK_THROWS_WITH(nn::pad_packed_sequence(packed, {.total_length = 2}),
                    Contains("pad_packed_sequence: total_length = 2; the longest sequence has 3 steps"));
  const auto with = [&](auto change) {
    nn::PackedSequence wrong = packed;
    change(wrong);
    return nn::pad_packed_sequence(wrong);
  };
  CHECK_THROWS_WITH(with([](auto& p) { p.data = zeros({5}); }),
                    Contains("data is [5] but the batch_sizes add up to 6 rows"));
  CHECK_THROWS_WITH(with([](auto& p) {
                      p.batch_sizes = integers({2, 3, 1});
                    }),
                    Contains("batch_sizes[1] = 3; they must be positive and never grow"));
  CHECK_THROWS_WITH(with([](auto& p) {
                      p.batch_sizes = integers({3, 3, 0});
                    }),
                    Contains("batch_sizes[2] = 0"));
  CHECK_THROWS_WITH(with([](auto& p) { p.sorted_indices = {}; }), Contains("needs both or neither"));
  CHECK_THROWS_WITH(with([](auto& p) {
                      p.unsorted_indices = integers({0, 1});
                    }),
                    Contains("indices of sequences are [2]; need [3]"));
  CHECK_THROWS_AS(with([](auto& p) { p.sorted_indices = integers({0, 1, 9}); }), IndexError);

  const nn::LSTM lstm{3, 2};
  CHECK_THROWS_WITH(lstm(packed), Contains("LSTM: the data of the input is [6]; needs [sum of lengths, 3]"));
  const nn::PackedSequence fits = nn::pack_padded_sequence(zeros({4, 2, 3}), integers({4, 1}));
  CHECK_THROWS_WITH(lstm(fits, {zeros({1, 3, 2}), {}}),
                    Contains("the initial state is [1, 3, 2]; needs [1, 2, 2]"));
}

}  // namespace gradus::packed_sequence_test
