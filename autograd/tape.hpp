#pragma once

#include <boost/container/small_vector.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gradus/autograd/anomaly.hpp>
#include <gradus/autograd/members.hpp>
#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// ---- Whether this thread records

/// Whether ops on this thread are recorded for differentiation (true unless a NoGrad lives).
bool is_recording();

/// Switches recording on this thread, as long as it lives.
class RecordingMode {
 public:
  explicit RecordingMode(bool on);
  ~RecordingMode();
  RecordingMode(const RecordingMode&) = delete;
  RecordingMode& operator=(const RecordingMode&) = delete;

 private:
  bool before_;
};

/// Nothing is recorded on this thread as long as it lives: `NoGrad guard;`.
struct NoGrad : RecordingMode {
  NoGrad() : RecordingMode(false) {}
};

/// Recording, within a NoGrad, as long as it lives.
struct EnableGrad : RecordingMode {
  EnableGrad() : RecordingMode(true) {}
};

/// ---- The tape's entries

class Backward;

/// Which output of which node a value came from; no node for one that needs no gradient.
struct Edge {
  Ref<Node> node;
  std::uint32_t output = 0;
};

using Hook = std::function<Tensor(const Tensor&)>;

/// What looks at the gradient of a tensor when it is complete.
struct Hooks {
  std::vector<std::shared_ptr<Hook>> list;
  std::weak_ptr<Tensor> retained;  ///< of retain_grad; after the others, whenever it was asked for
};

/// What the tape knows of one result.
struct Output {
  Shape shape;
  DType dtype = DType::float32;
  Tensor pending;  ///< the gradient collected so far in a running backward
  std::unique_ptr<Hooks> hooks;
};

/// A value that an op keeps for its derivative.
struct Saved {
  Tensor value;
  std::uint32_t version = 0;
  std::uint8_t index = 0;
  bool is_output = false;
};

/// One recorded application of an op, or a leaf. Numbered in the order of recording, so that a node's inputs
/// always have lower numbers.
class Node : public RefCounted<Node>, public kernels::Pooled {
 public:
  Node(const SourceLocation& at, std::size_t output_count);
  virtual ~Node() = default;
  /// Iterative: a chain of any length is freed without recursion.
  static void destroy(Node* node) noexcept;

  virtual std::string_view op() const = 0;
  /// The op's attributes as text: "stride=[1, 1] padding=[0, 0]".
  virtual std::string attributes() const = 0;
  virtual void backward(Backward& d) = 0;
  virtual bool is_leaf() const { return false; }
  /// Drops what was saved, the op and the edges; the node cannot be differentiated again.
  virtual void free_graph();

  const SourceLocation at;
  const std::uint64_t number;
  bool freed = false;
  bool needed = false;  ///< to the backward that has claimed the node
  boost::container::small_vector<Edge, 2> inputs;
  boost::container::small_vector<Output, 1> outputs;
  boost::container::small_vector<Saved, 2> saved;
  std::atomic<const void*> in_backward{nullptr};  ///< the backward that has claimed the node
};

/// Where the gradient of a leaf is gathered.
class Leaf final : public Node {
 public:
  Leaf(const Shape& shape, DType dtype, std::shared_ptr<const std::string> name);
  std::string_view op() const override { return "leaf"; }
  std::string attributes() const override { return {}; }
  void backward(Backward&) override {}
  bool is_leaf() const override { return true; }
  void free_graph() override {}

  /// What has been gathered. Backward may run on several threads, so it is behind a mutex.
  Tensor gradient() const;
  void set_gradient(Tensor gradient);
  /// Puts `now` in the place of `before`; false, and nothing is changed, if something else is there by now.
  bool replace_gradient(const Tensor& before, const Tensor& now);

  std::shared_ptr<const std::string> name;

 private:
  mutable std::mutex mutex_;
  Tensor gradient_;
};

/// What an op's derivative may look at, and where it puts its results.
class Backward {
 public:
  explicit Backward(Node& node) : node_(node), results_(node.inputs.size()) {}

  /// Whether the gradient of input i is needed.
  bool wants(std::size_t i) const { return node_.inputs[i].node != nullptr && wanted_[i]; }
  /// Sets the gradient of input i to `derivative()`, which is called only if it is needed. A gradient of a
  /// broadcast input may keep the broadcast shape; the tape sums it.
  template <class F>
  void wrt(std::size_t i, F&& derivative) {
    if (wants(i)) set(i, derivative());
  }
  /// Throws unless dtype and shape fit the input.
  void set(std::size_t i, Tensor gradient);

  /// The gradient that arrived for output i; zeros if none did.
  const Tensor& grad(std::size_t i = 0);
  bool has_grad(std::size_t i = 0) const { return node_.outputs[i].pending.defined(); }
  /// Input i as it was given to `forward`; only what the op keeps. Throws GraphError if it was changed in
  /// place since.
  Tensor input(std::size_t i) const { return unpack(i, false); }
  /// Output i; only if the op keeps it.
  Tensor output(std::size_t i = 0) const { return unpack(i, true); }
  /// Shape of input i, which must want a gradient; the value need not be kept.
  const Shape& input_shape(std::size_t i) const {
    return node_.inputs[i].node->outputs[node_.inputs[i].output].shape;
  }
  std::size_t input_count() const { return node_.inputs.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }

 private:
  friend class BackwardRun;
  Tensor unpack(std::size_t i, bool output) const;
  /// While recording: `value` where the op had it on the tape.
  Tensor place(const Tensor& value, const Edge& edge) const;

  Node& node_;
  boost::container::small_vector<Tensor, 2> results_;
  boost::container::small_vector<bool, 8> wanted_;
};

/// ---- Recording an op

/// Which values an op keeps for its derivative, by index.
struct Keep {
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  constexpr Keep operator|(Keep other) const { return {inputs | other.inputs, outputs | other.outputs}; }
};
template <class... I>
constexpr Keep keep_inputs(I... index) {
  return {((1U << index) | ... | 0U), 0};
}
template <class... I>
constexpr Keep keep_outputs(I... index) {
  return {0, ((1U << index) | ... | 0U)};
}

/// An op: a struct whose members are its attributes.
///
///     struct Cube {
///       static constexpr std::string_view name = "cube";
///       static constexpr Keep keep = keep_inputs(0);  // what backward looks at; nothing if left out
///       Tensor forward(const Tensor& x) const {       // nothing is recorded in here
///         return x * x * x;
///       }
///       void backward(Backward& d) const {            // public ops, so that any order comes free
///         d.wrt(0, [&] { return d.grad() * 3 * square(d.input(0)); });
///       }
///     };
///     Tensor cube(const Tensor& x, SourceLocation at = SourceLocation::current()) {
///       return record(Cube{}, at, x);
///     }
///
/// `forward` takes one `const Tensor&` per input (perhaps undefined, for an optional one), or one
/// `const std::vector<Tensor>&` for any number; it returns a Tensor, a std::array or a std::vector of them.
/// It may leave values for backward in members of its own. Without a `backward` the op is not differentiable.
/// Results that are not floating never require a gradient.
template <class F>
concept Op = requires {
  { F::name } -> std::convertible_to<std::string_view>;
};

namespace detail {

// Exact types only: a pointer must not pass for a bool.
template <class T>
requires std::is_arithmetic_v<T> std::string format_attribute(T value) { return fmt::format("{}", value); }
inline std::string format_attribute(std::string_view value) { return std::string(value); }
inline std::string format_attribute(const Dims& value) { return to_string(value); }
std::string format_attribute(const std::vector<std::int64_t>& value);  ///< at most the first 8
inline std::string format_attribute(const Pair& value) { return to_string(value); }
template <std::size_t N>
std::string format_attribute(const std::array<std::int64_t, N>& value) {
  return format_attribute(Dims(std::span<const std::int64_t>(value)));
}
template <class T>
requires requires(const T& value) { format_attribute(value); }
std::string format_attribute(const std::optional<T>& value) {
  return value ? format_attribute(*value) : "none";
}

template <class F>
std::string format_attributes(const F& op) {
  std::string text;
  if constexpr (requires { op.rule; })
    return format_attributes(op.rule);
  else if constexpr (Reflectable<F>)
    for_each_member(op, [&](std::string_view name, const auto& value) {
      if constexpr (requires { format_attribute(value); })
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, format_attribute(value));
    });
  return text;
}

template <class F>
class OpNode final : public Node {
 public:
  OpNode(F op, const SourceLocation& at, std::size_t outputs) : Node(at, outputs), op_(std::move(op)) {}
  std::string_view op() const override { return F::name; }
  std::string attributes() const override { return op_ ? format_attributes(*op_) : std::string(); }
  void backward(Backward& d) override { op_->backward(d); }
  void free_graph() override {
    Node::free_graph();
    op_.reset();
  }

 private:
  std::optional<F> op_;
};

/// Connects `outputs` to a node, which keeps what `keep` says.
void attach(Ref<Node> node, Keep keep, std::span<const Tensor* const> inputs, std::span<Tensor> outputs);
/// Whether an op with these inputs is to be recorded now.
bool any_requires_grad(std::span<const Tensor* const> inputs);
/// Gives a result that others hold too (an input, a member of the op) a handle of its own, for its place on
/// the tape.
void separate(std::span<Tensor> outputs);

template <class F>
consteval Keep keep_of() {
  if constexpr (requires { F::keep; })
    return F::keep;
  else
    return {};
}

inline std::span<Tensor> as_span(Tensor& one) { return {&one, 1}; }
inline std::span<Tensor> as_span(std::vector<Tensor>& many) { return many; }
template <std::size_t N>
std::span<Tensor> as_span(std::array<Tensor, N>& many) {
  return many;
}

template <class F, class... In>
auto record(F&& op, const SourceLocation& at, std::span<const Tensor* const> inputs, const In&... in) {
  const OpScope scope(F::name, at);
  auto result = [&] {
    const NoGrad guard;
    return op.forward(in...);
  }();
  const std::span<Tensor> outputs = as_span(result);
  separate(outputs);
  if constexpr (requires(Backward & d) { op.backward(d); }) {
    if (is_recording() && any_requires_grad(inputs)) {
      const SourceLocation line = OpScope::outermost(at);
      attach(Ref<Node>(new OpNode<F>(std::move(op), line, outputs.size())), keep_of<F>(), inputs, outputs);
      if (DetectAnomaly::is_on()) [[unlikely]]
        DetectAnomaly::check_results(inputs, outputs);
    }
  }
  return result;
}

}  // namespace detail

/// Runs `op.forward` on the inputs and, if a derivative may be wanted, records it.
template <Op F, std::same_as<Tensor>... In>
auto record(F op, const SourceLocation& at, const In&... in) {
  const std::array<const Tensor*, sizeof...(In)> inputs{&in...};
  return detail::record(std::move(op), at, std::span<const Tensor* const>(inputs), in...);
}

template <Op F>
auto record(F op, const SourceLocation& at, const std::vector<Tensor>& in) {
  std::vector<const Tensor*> inputs;
  for (const Tensor& x : in) inputs.push_back(&x);
  return detail::record(std::move(op), at, std::span<const Tensor* const>(inputs), in);
}

}  // namespace gradus
