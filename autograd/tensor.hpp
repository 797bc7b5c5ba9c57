#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/dtype.hpp>
#include <gradus/autograd/error.hpp>
#include <gradus/autograd/kernels/convert.hpp>
#include <gradus/autograd/shape.hpp>
#include <gradus/autograd/storage.hpp>

namespace gradus {

class Node;
class TensorImpl;
class HookHandle;
class Operand;
void intrusive_ptr_add_ref(const Node*) noexcept;
void intrusive_ptr_release(const Node*) noexcept;
void intrusive_ptr_add_ref(const TensorImpl*) noexcept;
void intrusive_ptr_release(const TensorImpl*) noexcept;

/// Options of `Tensor::backward`.
struct BackwardOptions {
  /// Keep the graph, so that it can be differentiated again. Otherwise it is freed on the way.
  bool retain_graph = false;
  /// Record the derivative itself, so that it can be differentiated. Implies retain_graph. The leaves'
  /// `grad()` then holds the graph that holds the leaves: `zero_grad()` them in the end, or use `grad(...)`
  /// instead.
  bool create_graph = false;
};

/// An n-dimensional array and its place on the tape: a cheap handle, shared on copy. Views share memory.
/// A default-constructed tensor is undefined (`defined()` is false) and stands for "none": no bias, no
/// gradient.
class Tensor {
 public:
  Tensor() = default;

  /// ---- What it is
  bool defined() const { return impl_ != nullptr; }
  const Shape& shape() const;
  const Strides& strides() const;             ///< in elements
  std::int64_t size(std::int64_t dim) const;  ///< negative dims count from the end; throws IndexError
  std::size_t rank() const { return shape().size(); }
  std::int64_t numel() const;
  DType dtype() const;
  bool is_contiguous() const;

  /// ---- Its values
  /// The only element, converted to T. Throws ShapeError unless there is exactly one.
  template <class T>
  requires std::is_arithmetic_v<T> T item()
  const;
  /// All elements in row-major order. Throws DTypeError unless T is the dtype.
  template <Element T>
  std::vector<T> to_vector() const;
  /// The elements in place. Throws DTypeError unless T is the dtype, ShapeError unless the tensor is
  /// contiguous.
  template <Element T>
  std::span<const T> span() const;
  /// As `span`, for writing; counts as an in-place change and is refused like one.
  template <Element T>
  std::span<T> mutable_span(SourceLocation at = SourceLocation::current());

  /// ---- Copies (differentiable)
  /// Itself if row-major without gaps, else a copy that is.
  Tensor contiguous(SourceLocation at = SourceLocation::current()) const;
  /// A copy with memory of its own.
  Tensor clone(SourceLocation at = SourceLocation::current()) const;
  /// Converted; itself when it has that dtype. Floating to integer truncates towards zero, goes to the
  /// nearest end of the range where it does not fit, and makes 0 of NaN; non-zero becomes true.
  /// Differentiable between floating dtypes.
  Tensor to(DType dtype, SourceLocation at = SourceLocation::current()) const;

  /// ---- In place. Refused with GraphError while recording when the tensor or what goes into it requires a
  /// gradient; allowed under NoGrad. If the tape saved the old value, a later backward through it throws.
  Tensor& fill_(double value, SourceLocation at = SourceLocation::current());
  Tensor& zero_(SourceLocation at = SourceLocation::current());
  /// Takes the values of `source`, broadcast and converted to this tensor's shape and dtype.
  Tensor& copy_(const Tensor& source, SourceLocation at = SourceLocation::current());
  Tensor& operator+=(const Operand& other);
  Tensor& operator-=(const Operand& other);
  Tensor& operator*=(const Operand& other);
  Tensor& operator/=(const Operand& other);

  /// ---- Its place on the tape
  bool requires_grad() const;
  /// Makes a leaf ask for gradients, or no longer. Throws DTypeError for a dtype that is not floating,
  /// GraphError for the result of a recorded op (`detach` it).
  Tensor& requires_grad_(bool wanted = true);
  /// Whether no recorded op made it. Leaves that require a gradient accumulate it in `grad()`.
  bool is_leaf() const;
  /// What backward has accumulated; undefined when nothing has arrived.
  Tensor grad() const;
  /// Replaces the accumulated gradient. Throws ShapeError or DTypeError unless it fits.
  void set_grad(Tensor gradient);
  /// Forgets the accumulated gradient: `grad()` is undefined again.
  void zero_grad();
  /// Makes the result of a recorded op gather its gradient in `grad()` too, as its hooks leave it.
  void retain_grad();
  /// The same values without the history; shares memory.
  Tensor detach() const;
  /// Calls `hook` with the complete gradient of this tensor in every backward; a defined result replaces it.
  /// Throws GraphError unless the tensor requires a gradient.
  HookHandle register_hook(std::function<Tensor(const Tensor&)> hook);
  /// Differentiates: adds d this / d leaf, times `gradient`, to `grad()` of each leaf this was computed from.
  /// `gradient` may be left out when there is one element (it is 1 then). Frees the graph unless told
  /// otherwise. Throws GraphError when nothing was recorded, the graph has been freed, or a saved value was
  /// changed in place.
  void backward(const Tensor& gradient = {}, const BackwardOptions& options = {},
                SourceLocation at = SourceLocation::current()) const;
  void backward(const BackwardOptions& options, SourceLocation at = SourceLocation::current()) const {
    backward({}, options, at);
  }

  /// What errors, summaries and graphs call it: "conv1.weight". Empty unless set.
  const std::string& name() const;
  void set_name(std::string name);

  /// ---- For writers of ops and kernels
  template <Element T>
  const T* data() const;
  /// Not counted as a change: for results under construction.
  template <Element T>
  T* mutable_data() const;
  std::int64_t offset() const;
  /// An unrecorded view of the same storage.
  Tensor alias(const Shape& shape, const Strides& strides, std::int64_t offset) const;
  /// Whether both have one storage.
  bool shares_storage(const Tensor& other) const;
  /// Number of in-place changes that the storage has seen.
  std::uint32_t version() const;
  /// Checks that an in-place change, by values of `source`, is allowed now and counts it as one by `op`.
  void mark_written(const char* op, const SourceLocation& at, const Tensor& source = Tensor()) const;

  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}
  TensorImpl* impl() const { return impl_.get(); }

 private:
  Tensor row_major_clone(const SourceLocation& at) const;
  const TensorImpl& checked() const;
  void check_dtype(DType wanted) const;
  void* raw() const;
  [[noreturn]] static void fail_undefined();

  Ref<TensorImpl> impl_;
};

/// What a Tensor points at.
class TensorImpl final : public kernels::Pooled {
 public:
  TensorImpl(Ref<Storage> storage, std::int64_t offset, const Shape& shape, const Strides& strides,
             DType dtype)
      : storage(std::move(storage)), offset(offset), shape(shape), strides(strides), dtype(dtype) {}

  static void destroy(const TensorImpl* impl) noexcept;

  mutable std::atomic<std::uint32_t> references{0};
  Ref<Storage> storage;
  std::int64_t offset;
  Shape shape;
  Strides strides;
  DType dtype;
  std::uint32_t output = 0;          ///< which output of `node` this is
  Ref<Node> node;                    ///< the op that made it, or its Leaf; null without a gradient
  std::shared_ptr<Tensor> retained;  ///< where retain_grad puts the gradient
  std::shared_ptr<const std::string> name;
};

// Small and called for every op many times: inlined.

inline void intrusive_ptr_add_ref(const TensorImpl* p) noexcept {
  p->references.fetch_add(1, std::memory_order_relaxed);
}
inline void intrusive_ptr_release(const TensorImpl* p) noexcept {
  if (p->references.fetch_sub(1, std::memory_order_acq_rel) == 1) TensorImpl::destroy(p);
}

inline const TensorImpl& Tensor::checked() const {
  if (!impl_) [[unlikely]]
    fail_undefined();
  return *impl_;
}
inline const Shape& Tensor::shape() const { return checked().shape; }
inline const Strides& Tensor::strides() const { return checked().strides; }
inline DType Tensor::dtype() const { return checked().dtype; }
inline std::int64_t Tensor::offset() const { return checked().offset; }
inline void* Tensor::raw() const { return checked().storage->data(); }
inline bool Tensor::is_contiguous() const { return gradus::is_contiguous(shape(), strides()); }
inline Tensor Tensor::contiguous(SourceLocation at) const {
  return is_contiguous() ? *this : row_major_clone(at);
}
inline bool Tensor::requires_grad() const { return impl_ && impl_->node; }

/// Uninitialised memory. Throws ShapeError for a negative size.
Tensor empty(const Shape& shape, DType dtype);
/// Uninitialised memory in the given strides, which must be dense (a permutation of row-major).
Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype);
/// Uninitialised, with the shape and dtype of `x`, and its strides too where they are dense.
Tensor empty_like(const Tensor& x);

/// A removable hook. Dropping the handle leaves the hook in place.
class HookHandle {
 public:
  explicit HookHandle(std::function<void()> remove) : remove_(std::move(remove)) {}
  /// Takes the hook away; a second call does nothing.
  void remove() {
    if (remove_) std::exchange(remove_, nullptr)();
  }

 private:
  std::function<void()> remove_;
};

template <class T>
requires std::is_arithmetic_v<T> T Tensor::item()
const {
  require<ShapeError>(numel() == 1, "item: the tensor has shape {}; needs exactly one element", shape());
  return dispatch(dtype(), [&]<class U>() { return kernels::convert<T>(*data<U>()); });
}

template <Element T>
const T* Tensor::data() const {
  check_dtype(dtype_of<T>);
  return static_cast<const T*>(raw()) + offset();
}

template <Element T>
T* Tensor::mutable_data() const {
  check_dtype(dtype_of<T>);
  return static_cast<T*>(raw()) + offset();
}

template <Element T>
std::vector<T> Tensor::to_vector() const {
  check_dtype(dtype_of<T>);
  const Tensor dense = detach().contiguous();
  const T* first = dense.data<T>();
  return std::vector<T>(first, first + dense.numel());
}

template <Element T>
std::span<const T> Tensor::span() const {
  require<ShapeError>(is_contiguous(),
                      "span: strides {} of shape {} are not contiguous; call contiguous() first", strides(),
                      shape());
  return {data<T>(), static_cast<std::size_t>(numel())};
}

template <Element T>
std::span<T> Tensor::mutable_span(SourceLocation at) {
  require<ShapeError>(is_contiguous(), "mutable_span: strides {} of shape {} are not contiguous", strides(),
                      shape());
  check_dtype(dtype_of<T>);
  mark_written("mutable_span", at);
  return {mutable_data<T>(), static_cast<std::size_t>(numel())};
}

}  // namespace gradus

extern template class std::vector<gradus::Tensor>;  // compiled once, in tensor.cpp
