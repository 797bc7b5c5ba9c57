// Recurrent layers, attention, transformers, bags of embeddings.
#include "forms.hpp"

namespace {

using namespace gradus;

struct LSTMCellState {
  nn::LSTMCell layer;
  nn::LSTMState operator()(const Tensor& x, const Tensor& h, const Tensor& c) const {
    return layer(x, {h, c});
  }
};
constexpr const char* lstm_cell_state =
    "[] { struct Cell { nn::LSTMCell layer; nn::LSTMState operator()(const Tensor& x, const Tensor& h, "
    "const Tensor& c) const { return layer(x, {h, c}); } }; return Cell{nn::LSTMCell{2, 3}}; }()";

/// A recurrent layer over sequences [t, n, 2].
template <class L>
GradcheckCase recurrent(const char* name) {
  return {name, [=](Draw& draw) {
            const std::int64_t layers = draw.integer(1, 2);
            const bool both = draw.flag();
            draw.input("x", {draw.size(3), draw.size(2), 2});
            return trial(
                draw,
                fmt::format("{}{{2, 2, {{.num_layers = {}, .bidirectional = {}}}}}", name, layers, both),
                L{2, 2, {.num_layers = layers, .bidirectional = both}});
          }};
}

/// A cell of x [n, 2] and a state [n, 3].
template <class L>
GradcheckCase cell(const char* name) {
  return {name, [=](Draw& draw) {
            const std::int64_t n = draw.size(3);
            draw.input("x", {n, 2});
            draw.input("h", {n, 3});
            return trial(draw, fmt::format("{}{{2, 3}}", name), L{2, 3});
          }};
}

const GradcheckCases recurrences{{
    recurrent<nn::RNN>("nn::RNN"),
    recurrent<nn::GRU>("nn::GRU"),
    recurrent<nn::LSTM>("nn::LSTM"),
    cell<nn::RNNCell>("nn::RNNCell"),
    cell<nn::GRUCell>("nn::GRUCell"),
    {"nn::LSTMCell",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3);
       draw.input("x", {n, 2});
       draw.input("h", {n, 3});
       draw.input("c", {n, 3});
       return trial(draw, lstm_cell_state, LSTMCellState{nn::LSTMCell{2, 3}});
     }},
}};

nn::TransformerLayerOptions small(Draw& draw) {
  return {.dim_feedforward = 3,
          .dropout = draw.flag() ? 0.3 : 0,
          .activation = nn::TransformerActivation::gelu,
          .layer_norm_eps = 0.1,
          .norm_first = draw.flag()};
}

std::string written(const nn::TransformerLayerOptions& o) {
  return fmt::format(
      "{{.dim_feedforward = 3, .dropout = {}, .activation = nn::TransformerActivation::gelu, "
      ".layer_norm_eps = 0.1, .norm_first = {}}}",
      o.dropout, o.norm_first);
}

const GradcheckCases attention{{
    {"nn::MultiheadAttention",
     [](Draw& draw) {
       const std::int64_t n = draw.size(2), s = draw.size(3);
       draw.input("query", {draw.size(2), n, 4});
       draw.input("key", {s, n, 4});
       draw.input("value", {s, n, 4});
       return trial(draw, "nn::MultiheadAttention{4, 2}", nn::MultiheadAttention{4, 2});
     }},
    {"nn::TransformerEncoderLayer",
     [](Draw& draw) {
       const auto o = small(draw);
       draw.input("src", {draw.size(3), draw.size(2), 4}, {.ties = false});
       return trial(draw, fmt::format("nn::TransformerEncoderLayer{{4, 2, {}}}", written(o)),
                    nn::TransformerEncoderLayer{4, 2, o});
     }},
    {"nn::TransformerDecoderLayer",
     [](Draw& draw) {
       const auto o = small(draw);
       const std::int64_t n = draw.size(2);
       draw.input("tgt", {draw.size(2), n, 4}, {.ties = false});
       draw.input("memory", {draw.size(2), n, 4}, {.ties = false});
       return trial(draw, fmt::format("nn::TransformerDecoderLayer{{4, 2, {}}}", written(o)),
                    nn::TransformerDecoderLayer{4, 2, o});
     }},
    {"nn::TransformerEncoder",
     [](Draw& draw) {
       const auto o = small(draw);
       draw.input("src", {draw.size(2), draw.size(2), 2}, {.ties = false});
       return trial(
           draw,
           fmt::format("nn::TransformerEncoder{{nn::TransformerEncoderLayer{{2, 1, {}}}, 2}}", written(o)),
           nn::TransformerEncoder{nn::TransformerEncoderLayer{2, 1, o}, 2});
     }},
    {"nn::TransformerDecoder",
     [](Draw& draw) {
       const auto o = small(draw);
       const std::int64_t n = draw.size(2);
       draw.input("tgt", {draw.size(2), n, 2}, {.ties = false});
       draw.input("memory", {draw.size(2), n, 2}, {.ties = false});
       return trial(
           draw,
           fmt::format("nn::TransformerDecoder{{nn::TransformerDecoderLayer{{2, 1, {}}}, 2}}", written(o)),
           nn::TransformerDecoder{nn::TransformerDecoderLayer{2, 1, o}, 2});
     }},
    {"nn::Transformer",
     [](Draw& draw) {
       const auto o = small(draw);
       const std::int64_t n = draw.size(2);
       draw.input("src", {draw.size(2), n, 4}, {.ties = false});
       draw.input("tgt", {draw.size(2), n, 4}, {.ties = false});
       return trial(draw, fmt::format("nn::Transformer{{4, 2, 1, 1, {}}}", written(o)),
                    nn::Transformer{4, 2, 1, 1, o});
     }},
}};

const std::vector<BagMode> bag_modes{BagMode::sum, BagMode::mean, BagMode::max};
const std::vector<const char*> bag_mode_names{"sum", "mean", "max"};

const GradcheckCases bags{{
    {"embedding_bag",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       const auto mode = static_cast<std::size_t>(draw.integer(0, 2));
       draw.input("weight", {n, draw.size()});
       draw.indices("indices", {draw.size(3), draw.size(3)}, n);
       return trial(
           draw,
           fmt::format("embedding_bag(weight, indices, {{}}, {{.mode = BagMode::{}}})", bag_mode_names[mode]),
           [=](const Inputs& in) { return embedding_bag(in[0], in[1], {}, {.mode = bag_modes[mode]}); });
     }},
    {"nn::EmbeddingBag",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       draw.indices("indices", {draw.size(3), draw.size(3)}, n);
       return trial(draw, fmt::format("nn::EmbeddingBag{{{}, 2}}", n), nn::EmbeddingBag{n, 2});
     }},
}};

}  // namespace
