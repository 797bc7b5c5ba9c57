#include "train.hpp"

#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <memory>

#include <gradus/autograd/graph.hpp>
#include <gradus/gradus.hpp>
#include <gradus/nn/digest.hpp>
#include <gradus/onnx/onnx.hpp>

#include "models.hpp"
#include "predict.hpp"
#include "report.hpp"

using namespace gradus;

namespace {

std::atomic<bool> interrupted{false};

/// Throws IoError unless a file of that name can be written. Leaves no trace.
void check_writable(const std::string& file) {
  if (file.empty()) return;
  const bool existed = std::filesystem::exists(file);
  const std::ofstream probe(file, std::ios::app);
  require<IoError>(probe.is_open(), "{} cannot be written ({})", file, std::strerror(errno));
  if (!existed) std::filesystem::remove(file);
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Options& o, const std::vector<Tensor>& parameters) {
  const double lr = learning_rate(o);
  if (o.optimizer == "adam") return std::make_unique<optim::Adam>(parameters, optim::AdamOptions{.lr = lr});
  if (o.optimizer == "adamw")
    return std::make_unique<optim::AdamW>(parameters, optim::AdamWOptions{.lr = lr});
  if (o.optimizer == "rmsprop")
    return std::make_unique<optim::RMSprop>(parameters, optim::RMSpropOptions{.lr = lr});
  if (o.optimizer == "adagrad")
    return std::make_unique<optim::Adagrad>(parameters, optim::AdagradOptions{.lr = lr});
  return std::make_unique<optim::SGD>(parameters,
                                      optim::SGDOptions{.lr = lr, .momentum = 0.9, .nesterov = true});
}

/// Stepped after every batch; null for none.
std::unique_ptr<optim::Scheduler> make_schedule(const Options& o, optim::Optimizer& optimizer,
                                                std::int64_t steps) {
  const std::int64_t total = std::max<std::int64_t>(steps, 1);
  if (o.schedule == "onecycle")
    return std::make_unique<optim::OneCycleLR>(
        optimizer, optim::OneCycleLROptions{
                       .max_lr = learning_rate(o), .total_steps = total + 1, .cycle_momentum = false});
  if (o.schedule == "cosine")
    return std::make_unique<optim::CosineAnnealingLR>(optimizer,
                                                      optim::CosineAnnealingLROptions{.T_max = total});
  if (o.schedule == "step")
    return std::make_unique<optim::StepLR>(
        optimizer, optim::StepLROptions{.step_size = std::max<std::int64_t>(total / 3, 1), .gamma = 0.3});
  if (o.schedule == "warmup")
    return std::make_unique<optim::LinearLR>(
        optimizer,
        optim::LinearLROptions{.start_factor = 0.1, .total_iters = std::max<std::int64_t>(total / 10, 1)});
  return nullptr;
}

void add(Score& score, const Tensor& scores, const Tensor& labels, const Tensor& loss) {
  const std::int64_t n = labels.numel();
  score.loss_sum += loss.item<double>() * static_cast<double>(n);
  score.hits += sum(argmax(scores.detach(), 1) == labels).item<std::int64_t>();
  score.images += n;
}

/// The model, its data and everything that a run leaves behind.
template <class Net>
class Trainer {
 public:
  explicit Trainer(const Options& options) : o_(options) {
    if (o_.load.empty()) return;
    const data::TensorFile file = data::load_tensors(o_.load);
    if (const auto name = file.metadata.find("model");
        name != file.metadata.end() && name->second != o_.model)
      fail<IoError>("{} holds a {}, not a {}; say --model {}", o_.load, name->second, o_.model, name->second);
    nn::load_state_dict(net_, file.tensors);
  }

  int run() {
    if (!o_.load.empty() && !o_.predict.empty()) {
      predict();
      return 0;
    }
    const auto train = data::mnist(data::Split::train, {.folder = o_.data});
    const auto test = data::mnist(data::Split::test, {.folder = o_.data});
    announce(train);
    if (!o_.graph.empty()) write_graph(train);
    const auto start = Clock::now();
    if (o_.augment) {
      fit(data::map(
              train,
              [](const data::Mnist::Example& e, Generator& generator) {
                const double paper = (0 - 0.1307) / 0.3081;
                return data::Mnist::Example{
                    data::random_affine(
                        e.image, generator,
                        {.degrees = 10, .scale_least = 0.9, .scale_most = 1.1, .shift = 0.07, .fill = paper}),
                    e.label};
              }),
          test);
    } else {
      fit(train, test);
    }
    const double seconds = seconds_since(start);
    save();
    return finish(test, seconds);
  }

 private:
  void announce(const data::Mnist& train) const {
    if (o_.quiet) return;
    if (train.is_sample())
      fmt::print("no MNIST found: training on the built-in sample of {} images (./dev fetch gets all)\n",
                 train.size());
    fmt::print("{}: {} parameters, {} images from {}, {} lr {} {}, batch {}, seed {}, {} thread{}\n",
               o_.model, parameter_count(), train.size(), train.folder().string(), o_.optimizer,
               learning_rate(o_), o_.schedule, o_.batch_size, o_.seed, thread_count(),
               thread_count() == 1 ? "" : "s");
  }

  std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (const Tensor& p : nn::parameters(net_)) count += p.numel();
    return count;
  }

  template <data::Dataset D>
  void fit(D train, const data::Mnist& test) {
    data::Loader loader{std::move(train), {.batch_size = o_.batch_size, .shuffle = true, .seed = o_.seed}};
    const auto optimizer = make_optimizer(o_, nn::parameters(net_));
    const auto schedule = make_schedule(o_, *optimizer, o_.epochs * loader.size());
    Progress progress(o_.epochs, loader.dataset().size(), o_.quiet);
    for (int epoch = 1; epoch <= o_.epochs && !interrupted; ++epoch) {
      const auto start = Clock::now();
      progress.begin_epoch(epoch);
      Score score;
      for (auto [images, labels] : loader) {
        step(*optimizer, images, labels, score);
        if (schedule) schedule->step();
        progress.update(score);
        if (interrupted) break;
      }
      progress.end_epoch();
      epochs_done_ += !interrupted;
      if (!interrupted) report_epoch(epoch, score, evaluate(test), seconds_since(start));
    }
  }

  void step(optim::Optimizer& optimizer, const Tensor& images, const Tensor& labels, Score& score) {
    optimizer.zero_grad();
    const Tensor scores = net_(images);
    const Tensor loss = net_.loss(scores, labels);
    loss.backward();
    optimizer.step();
    add(score, scores, labels, loss);
  }

  Score evaluate(const data::Mnist& test, std::vector<std::vector<std::int64_t>>* confusion = nullptr) {
    const NoGrad guard;
    nn::eval(net_);
    Score score;
    for (const auto& [images, labels] : data::Loader{test, {.batch_size = 500, .seed = 0}}) {
      const Tensor scores = net_(images);
      add(score, scores, labels, net_.loss(scores, labels));
      if (confusion == nullptr) continue;
      const auto predicted = argmax(scores, 1).template to_vector<std::int64_t>();
      const auto actual = labels.template to_vector<std::int64_t>();
      for (std::size_t i = 0; i < actual.size(); ++i)
        ++(*confusion)[static_cast<std::size_t>(actual[i])][static_cast<std::size_t>(predicted[i])];
    }
    nn::train(net_);
    return score;
  }

  void report_epoch(int epoch, const Score& train, const Score& test, double seconds) const {
    if (!o_.quiet) {
      if (epoch == 1) fmt::print("epoch   train loss  accuracy    test loss  accuracy    time\n");
      fmt::print("{:>5}   {:10.4f}  {:7.2f}%   {:10.4f}  {:7.2f}%   {:5.1f} s\n", epoch, train.loss(),
                 train.percent(), test.loss(), test.percent(), seconds);
      std::fflush(stdout);
    }
    if (o_.log.empty()) return;
    std::ofstream log(o_.log, std::ios::app);
    log << fmt::format(
               R"({{"epoch": {}, "train_loss": {}, "train_accuracy": {}, "test_loss": {}, "test_accuracy": {}, )"
               R"("seconds": {:.3f}, "images_per_second": {:.0f}}})",
               epoch, train.loss(), train.percent() / 100, test.loss(), test.percent() / 100, seconds,
               static_cast<double>(train.images) / seconds)
        << std::endl;
    require<IoError>(log.good(), "{} could not be written", o_.log);
  }

  void write_graph(const data::Mnist& train) const {
    const auto [images, labels] = train.get_batch(std::vector<std::int64_t>{0});
    nn::named_parameters(net_);  // gives the parameters their names
    const auto picture = graph(net_.loss(net_(images), labels));
    std::ofstream out(o_.graph);
    if (o_.graph.ends_with(".graphml"))
      to_graphml(out, picture);
    else
      to_dot(out, picture);
    require<IoError>(out.good(), "{} could not be written", o_.graph);
  }

  void save() const {
    std::string file = o_.save;
    if (file.empty() && interrupted) file = "mnist-interrupted.safetensors";
    if (file.empty()) return;
    if (file.ends_with(".onnx"))
      onnx::save(net_, {zeros({1, 1, 28, 28})}, file, {.dynamic_batch = true});
    else
      data::save_tensors(file, {nn::state_dict(net_), {{"model", o_.model}}});
    if (!o_.quiet) fmt::print("{}weights written to {}\n", interrupted ? "interrupted: " : "", file);
  }

  int finish(const data::Mnist& test, double seconds) {
    constexpr int too_low = 1, stopped = 130;
    std::vector<std::vector<std::int64_t>> confusion(10, std::vector<std::int64_t>(10, 0));
    const Score score = evaluate(test, &confusion);
    if (!o_.quiet) {
      print_confusion(confusion);
      fmt::print("peak memory {:.0f} MB\n", peak_memory());
    }
    if (!o_.predict.empty()) predict();
    fmt::print("test accuracy {:.2f}% ({}/{})  weights {:016x}  {} epoch{} in {:.1f} s\n", score.percent(),
               score.hits, score.images, nn::digest(nn::state_dict(net_)), epochs_done_,
               epochs_done_ == 1 ? "" : "s", seconds);
    if (interrupted) return stopped;
    return score.percent() < o_.require_accuracy ? too_low : 0;
  }

  void predict() {
    const Tensor picture = load_picture(o_.predict, o_.data);
    const NoGrad guard;
    nn::eval(net_);
    const Tensor x = (reshape(picture, {1, 1, 28, 28}) - 0.1307) / 0.3081;
    print_prediction(picture, softmax(net_(x), 1).to(float64).template to_vector<double>());
  }

  Options o_;
  Net net_;
  int epochs_done_ = 0;
};

}  // namespace

void interrupt() { interrupted = true; }

int run(const Options& options) {
  std::optional<ThreadLimit> limit;
  if (options.threads) limit.emplace(*options.threads);
  for (const std::string& file : {options.save, options.graph, options.log}) check_writable(file);
  manual_seed(options.seed);
  if (options.model == "mlp") return Trainer<Mlp>(options).run();
  if (options.model == "lenet") return Trainer<LeNet>(options).run();
  return Trainer<Cnn>(options).run();
}
