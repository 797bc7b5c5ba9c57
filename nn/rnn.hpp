#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/ops/rnn.hpp>
#include <gradus/nn/packed_sequence.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `LSTM` and `GRU`.
struct RecurrentOptions {
  std::int64_t num_layers = 1;  ///< each runs over the results of the one before
  bool bias = true;
  bool batch_first = false;    ///< sequences are [n, t, ..], not [t, n, ..]
  double dropout = 0;          ///< in training, of the results of all layers but the last
  bool bidirectional = false;  ///< each layer runs in both directions; the results stand side by side
  DType dtype = float32;
  std::int64_t proj_size = 0;  ///< of an LSTM: what hidden states are projected to; 0 for not at all
};

/// Options of `RNN`.
struct RNNOptions {
  std::int64_t num_layers = 1;
  RNNNonlinearity nonlinearity = RNNNonlinearity::tanh;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  DType dtype = float32;
};

/// What `RNN` and `GRU` give.
struct RNNResult {
  Tensor output;  ///< the last layer's states at all times, [t, n, directions * hidden]
  Tensor state;   ///< each layer's and direction's last state, [layers * directions, n, hidden]
};
/// For packed sequences: `state` holds the states at each sequence's own end, in the order of the batch.
struct PackedRNNResult {
  PackedSequence output;
  Tensor state;
};

/// The state of an `LSTM`: [layers * directions, n, hidden] each (h: proj_size if there is one); undefined
/// means zeros.
struct LSTMState {
  Tensor h;
  Tensor c;
};
struct LSTMResult {
  Tensor output;  ///< as RNNResult's
  LSTMState state;
};
struct PackedLSTMResult {
  PackedSequence output;
  LSTMState state;  ///< as PackedRNNResult's
};

namespace detail {

/// What RNN, LSTM and GRU share: weights weight_ih_l0 [gates * hidden, in], weight_hh_l0 [gates * hidden,
/// hidden], bias_ih_l0 and bias_hh_l0 [gates * hidden], likewise _l1 and so on, each followed by those of the
/// other direction, _l0_reverse. With a proj_size there is weight_hr_l0 [proj_size, hidden], too, and
/// proj_size is the width of weight_hh_l0 and of what the next layer is given.
class Recurrent {
 public:
  void visit(auto& v) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::string end = suffix(i);
      v("weight_ih" + end, weights[i].w_ih);
      v("weight_hh" + end, weights[i].w_hh);
      v("bias_ih" + end, weights[i].b_ih);
      v("bias_hh" + end, weights[i].b_hh);
      v("weight_hr" + end, weights[i].w_hr);
    }
    v("training", training);
  }
  std::string describe() const;
  std::int64_t flops(const Tensor& x, const Tensor& y) const;

  struct Weights {
    Parameter w_ih, w_hh, b_ih, b_hh, w_hr;
  };
  std::vector<Weights> weights;  ///< a layer's forward, its reverse, the next layer's ..
  Training training;
  std::int64_t input_size, hidden_size;
  RecurrentOptions options;

 protected:
  Recurrent(std::string_view type, std::int64_t gates, std::int64_t input_size, std::int64_t hidden_size,
            const RecurrentOptions& options);

  /// One layer in one direction, from the given initial states; its first result is the output, and each
  /// result has a state that is passed on.
  using Cell = std::function<std::vector<Tensor>(const Tensor& x, const std::vector<Tensor>& states,
                                                 const recurrence::Weights& weights, bool reverse)>;
  /// The output, and the last states as the initial ones were given. Undefined initial states are zeros.
  std::vector<Tensor> run(const Tensor& x, std::vector<Tensor> states, const Cell& cell) const;
  /// The same for packed sequences; the output is the data of packed ones.
  std::vector<Tensor> run(const PackedSequence& x, std::vector<Tensor> states, const Cell& cell) const;

 private:
  /// Sequences, the longest first, as [steps, n, ..] each, cut where some of them end: a batch is one piece.
  using Pieces = std::vector<Tensor>;

  std::string suffix(std::size_t i) const;
  /// Of the hidden state.
  std::int64_t width() const { return options.proj_size > 0 ? options.proj_size : hidden_size; }
  void check(const std::vector<Tensor>& states, std::optional<std::int64_t> batch) const;
  /// The output of all layers; `states` become the last ones.
  Pieces run_layers(Pieces x, std::vector<Tensor>& states, const Cell& cell) const;
};

/// What the cells share: weight_ih [gates * hidden, in], weight_hh [gates * hidden, hidden], bias_ih and
/// bias_hh.
class RecurrentCell {
 public:
  void visit(auto& v) {
    v("weight_ih", weight_ih);
    v("weight_hh", weight_hh);
    v("bias_ih", bias_ih);
    v("bias_hh", bias_hh);
  }
  std::string describe() const;

  Parameter weight_ih, weight_hh;
  Parameter bias_ih, bias_hh;  ///< undefined without

 protected:
  RecurrentCell(std::string_view type, std::int64_t gates, std::int64_t input_size, std::int64_t hidden_size,
                bool bias, DType dtype);
  /// Runs `cell` for one step; x is [n, in] or [in], states are [n, hidden] or [hidden].
  std::vector<Tensor> run(const Tensor& x, const std::vector<Tensor>& states,
                          const std::function<std::vector<Tensor>(const Tensor&, const std::vector<Tensor>&,
                                                                  const recurrence::Weights&)>& cell) const;
};

}  // namespace detail

/// `rnn_layer`s one after the other. x is [t, n, in] ([n, t, in] if batch_first), or [t, in] for one
/// sequence, whose results have no batch dimension either. All weights start uniform in +-1 / sqrt(hidden).
class RNN : public detail::Recurrent {
 public:
  /// Throws ValueError unless sizes and num_layers are positive and 0 <= dropout <= 1.
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {});
  /// Throws ShapeError or DTypeError naming what does not fit, also for a sequence without steps.
  RNNResult operator()(const Tensor& x, const Tensor& state = {},
                       SourceLocation at = SourceLocation::current()) const;
  /// Over sequences of different lengths, in both directions from end to end of each alone.
  PackedRNNResult operator()(const PackedSequence& x, const Tensor& state = {},
                             SourceLocation at = SourceLocation::current()) const;

  RNNNonlinearity nonlinearity;

 private:
  Cell cell(const SourceLocation& at) const;
};

/// `gru_layer`s one after the other; otherwise as RNN.
class GRU : public detail::Recurrent {
 public:
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {});
  RNNResult operator()(const Tensor& x, const Tensor& state = {},
                       SourceLocation at = SourceLocation::current()) const;
  PackedRNNResult operator()(const PackedSequence& x, const Tensor& state = {},
                             SourceLocation at = SourceLocation::current()) const;

 private:
  static Cell cell(const SourceLocation& at);
};

/// `lstm_layer`s one after the other; otherwise as RNN: `auto [y, state] = lstm(x); lstm(next, state);`
class LSTM : public detail::Recurrent {
 public:
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {});
  LSTMResult operator()(const Tensor& x, const LSTMState& state = {},
                        SourceLocation at = SourceLocation::current()) const;
  PackedLSTMResult operator()(const PackedSequence& x, const LSTMState& state = {},
                              SourceLocation at = SourceLocation::current()) const;

 private:
  static Cell cell(const SourceLocation& at);
};

/// Options of the cells.
struct RecurrentCellOptions {
  bool bias = true;
  DType dtype = float32;
};
/// Options of `RNNCell`.
struct RNNCellOptions {
  bool bias = true;
  RNNNonlinearity nonlinearity = RNNNonlinearity::tanh;
  DType dtype = float32;
};

/// One step of an RNN: x is [n, in] or [in], the state [n, hidden] or [hidden], zeros when undefined. Gives
/// the next state.
class RNNCell : public detail::RecurrentCell {
 public:
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {});
  Tensor operator()(const Tensor& x, const Tensor& state = {},
                    SourceLocation at = SourceLocation::current()) const;

  RNNNonlinearity nonlinearity;
};

/// One step of a GRU, likewise.
class GRUCell : public detail::RecurrentCell {
 public:
  GRUCell(std::int64_t input_size, std::int64_t hidden_size, const RecurrentCellOptions& options = {});
  Tensor operator()(const Tensor& x, const Tensor& state = {},
                    SourceLocation at = SourceLocation::current()) const;
};

/// One step of an LSTM, likewise: `LSTMState state; for (x : steps) state = cell(x, state);`
class LSTMCell : public detail::RecurrentCell {
 public:
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const RecurrentCellOptions& options = {});
  LSTMState operator()(const Tensor& x, const LSTMState& state = {},
                       SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
