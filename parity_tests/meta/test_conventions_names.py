"""Names of real files, and what they must be taken to mean."""

import pytest

from backproof.candidate.conventions.names import (
    BACKWARD,
    COST,
    FORWARD,
    TRAIN,
    UPDATE,
    is_bias,
    is_derived,
    is_gradient_of,
    role_of,
    size_role,
)
from backproof.candidate.conventions.players import is_initialiser, ranked

SIGNATURES = [  # player, arguments, what each means; "-" for an array known by its own name
    (FORWARD, "X parameters", "X parameters"),
    (FORWARD, "X params_values nn_architecture", "X parameters -"),
    (FORWARD, "W1 b1 W2 b2 X", "- - - - X"),
    (FORWARD, "x", "X"),
    (FORWARD, "a", "X"),
    (FORWARD, "inputs_list", "X"),
    (FORWARD, "inputs weights", "X parameters"),
    (FORWARD, "X parameters keep_prob", "X parameters one"),
    (COST, "A2 Y parameters", "output Y parameters"),
    (COST, "AL Y", "output Y"),
    (COST, "A3 Y parameters lambd", "output Y parameters zero"),
    (COST, "y_true y_pred", "Y output"),
    (COST, "Y_hat Y", "output Y"),
    (COST, "actual predicted", "Y output"),
    (BACKWARD, "parameters cache X Y", "parameters cache X Y"),
    (BACKWARD, "AL Y caches", "output Y cache"),
    (BACKWARD, "Y_hat Y memory params_values nn_architecture", "output Y cache parameters -"),
    (BACKWARD, "X Y cache lambd", "X Y cache zero"),
    (BACKWARD, "Z1 A1 Z2 A2 W2 X Y", "- output - output - X Y"),
    (BACKWARD, "W1 W2 one_hot_Y m mask1 lambd", "- - Y count - zero"),
    (BACKWARD, "X y output lr", "X Y output learning_rate"),
    (BACKWARD, "y output", "Y output"),
    (BACKWARD, "x t", "X Y"),
    (BACKWARD, "X Y n outputs", "X Y count output"),
    (BACKWARD, "X y reg", "X Y zero"),
    (BACKWARD, "y predict forward", "Y output cache"),
    (UPDATE, "parameters grads learning_rate", "parameters grads learning_rate"),
    (UPDATE, "W1 b1 dW1 db1 alpha", "- - - - learning_rate"),
    (UPDATE, "params_values grads_values lr", "parameters grads learning_rate"),
    (TRAIN, "inputs_list targets_list", "X Y"),
    (TRAIN, "training_inputs training_outputs iterations", "X Y one"),
    (TRAIN, "X y epochs eta print_cost", "X Y one learning_rate false"),
]


@pytest.mark.parametrize(("player", "names", "roles"), SIGNATURES)
def test_arguments_mean_what_their_names_say(player: str, names: str, roles: str) -> None:
    found = [role_of(name, player) or "-" for name in names.split()]
    assert found == roles.split()


@pytest.mark.parametrize("name", ["seed", "axis", "W1", "dZ2", "self", "colour", "mask", "std", ""])
@pytest.mark.parametrize("player", [FORWARD, COST, BACKWARD, UPDATE, TRAIN])
def test_other_names_mean_nothing(name: str, player: str) -> None:
    assert role_of(name, player) is None


def test_the_input_of_one_function_is_the_output_of_another() -> None:
    assert [role_of("a", player) for player in (FORWARD, COST)] == ["X", "output"]
    assert [role_of("a0", player) for player in (FORWARD, BACKWARD)] == ["X", "output"]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("sizes", "layers_dims layer_dims sizes nn_architecture layers topology"),
        ("input", "n_x input_size inputnodes D_in n0 n_inputs num_features input_dim"),
        ("hidden", "n_h hidden_size hiddennodes nn_hdim H n1 n2 hidden_layers n_hidden"),
        ("output", "n_y output_size outputnodes num_classes n_classes K D_out n_outputs"),
        (None, "seed std lr learning_rate y_train weight_scale activation W1 dropout"),
    ],
)
def test_sizes_of_a_network(role: str | None, names: str) -> None:
    assert {name: size_role(name) for name in names.split()} == dict.fromkeys(names.split(), role)


# --- arrays -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "gradients", "others"),
    [
        ("W1", "dW1 W1 grad_W1 W1_grad d_W1 delta_W1 DW1", "dW2 dA1 dW11 vdW1 W11 db1 W"),
        ("b2", "db2 b2 grad_b2", "dW2 db1 db22 b"),
        ("weights", "dweights weights weights_grad", "nabla_w dweight weights1"),
        ("W_h", "dW_h W_h", "dW_o dW dh"),
        ("weight1", "dweight1 weight1", "dweights1 dweight2"),
    ],
)
def test_gradients_are_told_by_name(parameter: str, gradients: str, others: str) -> None:
    every = [*gradients.split(), *others.split()]
    assert [n for n in every if is_gradient_of(n, parameter)] == gradients.split()


@pytest.mark.parametrize(
    "name", ["b", "b1", "bias", "biases", "b_h", "bias_o", "hidden_bias", "bh", "B1"]
)
def test_a_bias_is_told_by_name(name: str) -> None:
    assert is_bias(name)


@pytest.mark.parametrize(
    "name", ["weights", "W1", "beta", "batch", "back", "wih", "db1", "block", "best", "buffer"]
)
def test_a_name_with_a_b_need_not_be_a_bias(name: str) -> None:
    assert not is_bias(name)


@pytest.mark.parametrize(
    "name",
    [
        "dW1",
        "d_w1",
        "vW1",
        "velocity_w",
        "m_w",
        "s_dw",
        "grads",
        "prev_W1",
        "W1_grad",
        "momentum_w",
        "nabla_b",
    ],
)
def test_what_belongs_to_an_optimiser_is_no_parameter(name: str) -> None:
    assert is_derived(name)


@pytest.mark.parametrize(
    "name",
    ["W1", "b1", "weights", "biases", "w", "theta", "wih", "who", "dense", "hidden", "params"],
)
def test_a_parameter_belongs_to_no_optimiser(name: str) -> None:
    assert not is_derived(name)


# --- functions --------------------------------------------------------------------------------

PLAYERS = {
    FORWARD: "forward_propagation feedforward L_model_forward forward_pass forward_prop forward "
    "feed_forward forward_propagation_n forward_propagate full_forward_propagation query predict",
    COST: "compute_cost loss calculate_loss get_cost_value calculate_cost costFunction cost mse "
    "compute_cost_with_regularization cross_entropy_loss binary_cross_entropy calculate_error",
    BACKWARD: "backward_propagation L_model_backward back_propagation backprop backward_pass "
    "backward backward_propagation_n backward_prop back_prop backward_step backward_propagate "
    "backpropagate back_pass full_backward_propagation gradient costFunctionPrime",
    UPDATE: "update_parameters update_params update update_weights update_network_parameters "
    "update_param update_parameters_with_gd optimize",
    TRAIN: "train fit train_network gradient_descent",
}
DECOYS = (
    "linear_forward relu sigmoid relu_backward linear_activation_backward one_hot plot_decisions "
    "sigmoid_prime softmax linear_activation_forward gradient_check load_data accuracy main "
    "random_mini_batches dictionary_to_vector initialize_parameters test_backward print_cost"
)


@pytest.mark.parametrize("part", PLAYERS)
def test_functions_play_the_part_of_their_name(part: str) -> None:
    every = [*DECOYS.split(), *PLAYERS[part].split()]
    assert set(ranked(every, part)) == set(PLAYERS[part].split())


@pytest.mark.parametrize(
    ("part", "first", "other"),
    [
        (FORWARD, "forward", "predict"),
        (FORWARD, "feedforward", "query"),
        (COST, "compute_cost", "squared_error"),
        (BACKWARD, "backward", "gradient"),
        (BACKWARD, "backprop", "loss"),
        (UPDATE, "update_parameters", "optimize"),
        (TRAIN, "train", "gradient_descent"),
    ],
)
def test_the_likeliest_comes_first(part: str, first: str, other: str) -> None:
    assert ranked([other, first], part) == ranked([first, other], part) == [first, other]


def test_who_draws_parameters() -> None:
    names = "initialize_parameters init_params initialization create_network random_weights"
    others = "initialize_velocity initialize_adam __init__ forward update_parameters train"
    every = [*names.split(), *others.split()]
    assert [name for name in every if is_initialiser(name)] == names.split()
