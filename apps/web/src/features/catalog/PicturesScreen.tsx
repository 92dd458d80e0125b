/** @file Pictures. */
export const PicturesScreen = () => <p>Pictures</p>;
