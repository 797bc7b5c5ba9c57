#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include <gradus/nn/describe.hpp>
#include <gradus/nn/kinds.hpp>

/// For writers of functions over whole models: the walk that finds their parts.
namespace gradus::nn {

/// What the walk knows of the type of a layer, model or container.
struct ModuleType {
  const std::type_info& id;
  bool is_container;                     ///< a std::vector and the like: not a layer of its own
  std::string (*describe)(const void*);  ///< the text between the brackets when printed
};

template <class M>
inline const ModuleType module_type{
    typeid(M), detail::Container<M> && !detail::Visits<M>,
    [](const void* module) { return nn::describe(*static_cast<const M*>(module)); }};

/// Something found in a model. `object` points at the Tensor, the Training or the module itself.
struct Part {
  enum class Kind { parameter, buffer, training, module };

  Kind kind;
  std::string path;  ///< "blocks.0.conv1.weight"; empty for the model itself
  void* object;
  const ModuleType* type = nullptr;  ///< of a module
  std::size_t end = 0;               ///< of a module: the number of the first part that is not inside it

  Tensor& tensor() const { return *static_cast<Tensor*>(object); }
};

/// Finds the parts of a model in PyTorch's order: of each module first its own parameters, then its buffers,
/// then its children in order of declaration. This is what `visit` is called with: it shows each member to
/// it, `void visit(auto& v) { v("weight", weight); v("bias", bias); }`.
class Walker {
 public:
  enum class Pointees { as_they_are, copied };

  /// With `Pointees::copied`, what shared pointers lead to is copied on the way, once each.
  explicit Walker(Pointees pointees = Pointees::as_they_are) : pointees_(pointees) {}

  /// A member called `name`. Plain values are passed over.
  template <class T>
  void operator()(std::string_view name, const T& member);

  /// The value that stands at the current path.
  template <class T>
  void found(T& value);

  std::vector<Part> take() && { return std::move(parts_); }

 private:
  enum class Pass { parameters, buffers, children };

  void add_tensor(Tensor& tensor, bool is_buffer);
  template <class T>
  void follow(T& pointer);
  template <class T>
  void add_module(T& module);
  template <class T>
  void visit_members(T& module);

  const Pointees pointees_;
  Pass pass_ = Pass::children;
  std::string path_;
  std::vector<Part> parts_;
  std::map<const void*, std::shared_ptr<void>> copies_;  ///< of shared pointees, by original and by copy
};

/// The parts of `model`. Each tensor gets its path for a name (the first one, if it can be reached by
/// several), unless its name is that path within a larger model: "conv1.weight" stays when conv1 is walked
/// alone. Even a const model is walked without const, for `visit` need not be a const function.
template <class M>
std::vector<Part> walk(const M& model, Walker::Pointees pointees = Walker::Pointees::as_they_are);

/// ---- Implementation

template <class T>
void Walker::operator()(std::string_view name, const T& member) {
  if constexpr (!detail::is_plain<std::remove_cv_t<T>>()) {
    const std::size_t outer = path_.size();
    if (outer != 0) path_ += '.';
    path_ += name;
    found(const_cast<std::remove_cv_t<T>&>(member));
    path_.resize(outer);
  }
}

template <class T>
void Walker::found(T& value) {
  if constexpr (std::derived_from<T, Tensor>) {
    add_tensor(value, std::derived_from<T, Buffer>);
  } else if constexpr (std::same_as<T, Training>) {
    if (pass_ == Pass::children) parts_.push_back({Part::Kind::training, path_, &value});
  } else if constexpr (detail::Pointing<T>) {
    follow(value);
  } else if (pass_ == Pass::children) {
    if constexpr (detail::Erased<T>)
      value.walk_held(*this);
    else
      add_module(value);
  }
}

template <class T>
void Walker::follow(T& pointer) {
  if (!pointer) return;
  if constexpr (detail::is_instance<T, std::shared_ptr>) {
    using Value = std::remove_const_t<typename T::element_type>;
    if constexpr (std::copy_constructible<Value> &&
                  (!std::is_polymorphic_v<Value> || std::is_final_v<Value>)) {
      if (pointees_ == Pointees::copied) {
        std::shared_ptr<void>& copy = copies_[pointer.get()];
        if (copy == nullptr) copy = std::make_shared<Value>(*pointer);
        copies_.emplace(copy.get(), copy);
        pointer = std::static_pointer_cast<Value>(copies_.at(pointer.get()));
      }
    } else {
      require<ValueError>(pointees_ == Pointees::as_they_are,
                          "{} is a shared pointer to a type that cannot be copied", path_);
    }
  }
  found(const_cast<std::remove_cvref_t<decltype(*pointer)>&>(*pointer));
}

template <class T>
void Walker::add_module(T& module) {
  const std::size_t self = parts_.size();
  parts_.push_back({Part::Kind::module, path_,
                    const_cast<void*>(static_cast<const volatile void*>(std::addressof(module))),
                    &module_type<T>});
  for (const Pass pass : {Pass::parameters, Pass::buffers, Pass::children}) {
    pass_ = pass;
    visit_members(module);
  }
  parts_[self].end = parts_.size();
}

template <class T>
void Walker::visit_members(T& module) {
  if constexpr (detail::Visits<T>) {
    module.visit(*this);
  } else if constexpr (detail::OrderedMap<T>) {
    for (auto& [key, value] : module) (*this)(fmt::format("{}", key), value);
  } else if constexpr (detail::Sequence<T>) {
    std::size_t i = 0;
    for (auto& value : module) (*this)(std::to_string(i++), value);
  } else if constexpr (detail::Tuple<T>) {
    std::size_t i = 0;
    std::apply([&](auto&... value) { ((*this)(std::to_string(i++), value), ...); }, module);
  } else if constexpr (Reflectable<T>) {
    for_each_member(module, *this);
  } else {
    static_assert(
        plain_value<T>,
        "a member of this model is of a class whose parts cannot be found: make the class an aggregate "
        "(no constructors, no private members), or give it `void visit(auto& v) { v(\"name\", member); "
        "}`");
  }
}

/// Names the tensors, as `walk` promises.
void label(const std::vector<Part>& parts);

template <class M>
std::vector<Part> walk(const M& model, Walker::Pointees pointees) {
  Walker walker(pointees);
  walker.found(const_cast<M&>(model));
  std::vector<Part> parts = std::move(walker).take();
  label(parts);
  return parts;
}

}  // namespace gradus::nn
