#include <gradus/autograd/tensor.hpp>

#include <gradus/autograd/tape.hpp>

namespace gradus {

void TensorImpl::destroy(const TensorImpl* impl) noexcept { delete impl; }

void Tensor::fail_undefined() {
  fail<ValueError>("the tensor is undefined (default-constructed, or a gradient that never arrived)");
}

void Tensor::check_dtype(DType wanted) const {
  require<DTypeError>(checked().dtype == wanted, "the tensor is {} but its elements were asked for as {}",
                      dtype(), wanted);
}

std::int64_t Tensor::size(std::int64_t dim) const {
  const std::size_t i = wrap_dim(dim, rank());
  require<IndexError>(rank() > 0, "size: a 0-d tensor has no dimension {}", dim);
  return shape()[i];
}
std::int64_t Tensor::numel() const {
  const Shape& sizes = shape();
  if (sizes.contains(0)) return 0;
  std::int64_t n = 1;
  for (const std::int64_t size : sizes) n *= size;
  return n;
}

Tensor Tensor::alias(const Shape& shape, const Strides& strides, std::int64_t offset) const {
  const TensorImpl& self = checked();
  return Tensor(Ref<TensorImpl>(new TensorImpl(self.storage, offset, shape, strides, self.dtype)));
}
Tensor Tensor::detach() const { return alias(shape(), strides(), offset()); }
bool Tensor::shares_storage(const Tensor& other) const {
  return checked().storage == other.checked().storage;
}
std::uint32_t Tensor::version() const { return checked().storage->version(); }

void Tensor::mark_written(const char* op, const SourceLocation& at, const Tensor& source) const {
  const OpScope scope(op, at);
  if (is_recording()) {
    require<GraphError>(
        !requires_grad(),
        "{} requires a gradient and the tape is recording, so it cannot be changed in place; write "
        "`NoGrad guard;` before it, or use an op that returns a new tensor",
        name().empty() ? std::string("the tensor") : name());
    require<GraphError>(
        !source.requires_grad(),
        "{} requires a gradient, which would be lost: in-place changes are not recorded; detach() it, write "
        "`NoGrad guard;` before it, or use an op that returns a new tensor",
        source.name().empty() ? std::string("the right side") : source.name());
  }
  for (std::size_t d = 0; d < rank() && numel() != 0; ++d)
    require<ValueError>(
        strides()[d] != 0 || shape()[d] < 2,
        "the elements along dimension {} share one place in memory, so they cannot be changed in "
        "place; clone() the tensor first",
        d);
  checked().storage->written(op, OpScope::outermost(at));
}

const std::string& Tensor::name() const {
  static const std::string none;
  return impl_ != nullptr && impl_->name ? *impl_->name : none;
}

void Tensor::set_name(std::string name) {
  if (this->name() == name) return;
  checked();
  impl_->name = std::make_shared<const std::string>(std::move(name));
  if (is_leaf() && impl_->node) static_cast<Leaf&>(*impl_->node).name = impl_->name;
}

Tensor& Tensor::requires_grad_(bool wanted) {
  const TensorImpl& self = checked();
  if (!is_leaf()) {
    require<GraphError>(wanted, "requires_grad_(false) on the result of a recorded op; use detach()");
    return *this;
  }
  if (!wanted) {
    impl_->node = nullptr;
  } else if (!impl_->node) {
    require<DTypeError>(is_floating(self.dtype),
                        "a {} tensor cannot require a gradient; only float32 and float64 can", self.dtype);
    impl_->node = new Leaf(self.shape, self.dtype, self.name);
  }
  return *this;
}

bool Tensor::is_leaf() const { return !checked().node || impl_->node->is_leaf(); }

Tensor Tensor::grad() const {
  const TensorImpl& self = checked();
  if (self.retained) return *self.retained;
  if (!self.node || !self.node->is_leaf()) return {};
  return static_cast<const Leaf&>(*self.node).gradient();
}

void Tensor::set_grad(Tensor gradient) {
  require<GraphError>(requires_grad() && is_leaf(),
                      "set_grad: only a leaf that requires a gradient has one to set");
  if (gradient.defined()) {
    require<ShapeError>(gradient.shape() == shape(), "set_grad: the gradient is {} but the tensor is {}",
                        gradient.shape(), shape());
    require<DTypeError>(gradient.dtype() == dtype(), "set_grad: the gradient is {} but the tensor is {}",
                        gradient.dtype(), dtype());
  }
  static_cast<Leaf&>(*impl_->node).set_gradient(std::move(gradient));
}

void Tensor::zero_grad() {
  const TensorImpl& self = checked();
  if (self.retained) *self.retained = Tensor();
  if (self.node && self.node->is_leaf()) set_grad({});
}

namespace {

Hooks& hooks_of(const Tensor& x) {
  auto& hooks = x.impl()->node->outputs[x.impl()->output].hooks;
  if (!hooks) hooks = std::make_unique<Hooks>();
  return *hooks;
}

}  // namespace

void Tensor::retain_grad() {
  require<GraphError>(requires_grad(), "retain_grad: the tensor does not require a gradient");
  if (is_leaf() || impl_->retained) return;
  impl_->retained = std::make_shared<Tensor>();
  hooks_of(*this).retained = impl_->retained;
}

HookHandle Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) {
  require<GraphError>(requires_grad(), "register_hook: the tensor does not require a gradient");
  const auto kept = hooks_of(*this).list.emplace_back(std::make_shared<Hook>(std::move(hook)));
  return HookHandle([node = impl_->node, output = impl_->output, weak = std::weak_ptr<Hook>(kept)] {
    std::erase(node->outputs[output].hooks->list, weak.lock());
  });
}

Tensor empty(const Shape& shape, DType dtype) {
  return empty_strided(shape, contiguous_strides(shape), dtype);
}

Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype) {
  std::size_t bytes = 0;
  require<ShapeError>(!__builtin_mul_overflow(numel(shape), size_of(dtype), &bytes),
                      "shape {} of {} takes more bytes than can be counted", shape, dtype);
  return Tensor(Ref<TensorImpl>(new TensorImpl(Ref<Storage>(new Storage(bytes)), 0, shape, strides, dtype)));
}

namespace {

/// Whether the strides are a permutation of row-major: every element has its own place and there are no gaps.
bool is_dense(const Shape& shape, const Strides& strides) {
  if (is_contiguous(shape, strides)) return true;
  std::array<std::size_t, Dims::max_rank> order{};
  for (std::size_t i = 0; i < shape.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.begin() + shape.size(),
            [&](std::size_t a, std::size_t b) { return strides[a] > strides[b]; });
  Shape sorted_shape;
  Strides sorted_strides;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[order[i]] == 1) continue;
    sorted_shape.push_back(shape[order[i]]);
    sorted_strides.push_back(strides[order[i]]);
  }
  return is_contiguous(sorted_shape, sorted_strides);
}

}  // namespace

Tensor empty_like(const Tensor& x) {
  return is_dense(x.shape(), x.strides()) ? empty_strided(x.shape(), x.strides(), x.dtype())
                                          : empty(x.shape(), x.dtype());
}

}  // namespace gradus

template class std::vector<gradus::Tensor>;
