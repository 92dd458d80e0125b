/** @file Models. */
export const ModelsScreen = () => <p>Models</p>;
